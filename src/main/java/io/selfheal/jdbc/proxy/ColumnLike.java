package io.selfheal.jdbc.proxy;

/** The values of one parameter in the rows of a batch, in whatever form. Not thread-safe. */
interface ColumnLike {

  /** Adds what a parameter is bound to, if this form can hold it. Rows come in order. */
  boolean add(int row, Parameters from, int index);

  /** Puts a row's value back; nothing is bound there if nothing was. */
  void load(int row, Parameters into, int index);

  /** What it takes, with the values, roughly. */
  long bytes();
}
