// Package consoletest has the tests of the console in a browser: Chromium without a window, which package browser starts.
// What a page must be to everyone who reads it, package check says.
//
//	make test-console
package consoletest
