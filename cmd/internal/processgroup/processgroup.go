// Package processgroup keeps the terminal's signals from child processes: Ctrl-C is
// for the program that the user has started, which ends its children itself. Kill ends a child with all that
// it has started.
package processgroup
