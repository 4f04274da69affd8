// Package structure has the tests that keep packages small enough to read: none has more than
// 4,000 lines, and in none do many files all need each other, but for exceptions that may only
// shrink. Each says what it does, and controllers do not know each other.
package structure
