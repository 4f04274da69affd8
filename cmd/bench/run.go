package main

import (
	"regexp"
	"time"
)

// settings are the command line.
type settings struct {
	only    *regexp.Regexp // names of the rows to measure
	rounds  int            // measurements of each figure, of which the median counts
	burst   time.Duration  // length of one round of requests
	quick   bool
	binary  string // the emulator to measure; empty builds it
	logFile string // where the emulators' logs go
	client  string // what sends requests: clientHTTP or clientRaw
	profile string // folder for CPU profiles; empty is none
}

type bench struct {
	settings
	report *report
	dir    string // for what is needed during the run
	turns  int
}

// wanted says whether a row is to be measured.
func (b *bench) wanted(name string) bool { return b.only.MatchString(name) }
