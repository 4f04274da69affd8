// Package faults makes things go wrong on demand. A table has a row for each kind of fault: what
// happens, which members it takes, how it begins and how it ends. The checks of members, the JSON of
// /_emulator/faults, the flags of the command and the table in docs/guide follow from it:
//
//	kit := faults.New(faults.Options{…})
//	id, err := kit.Add(faults.Fault{Kind: faults.Crash, Family: "web"})
//
// A new kind is a constant, a row of the table, and what the row begins and ends.
package faults

import "time"

type Kind string

// Fault is what shall go wrong. Each member has its meaning in the table of members; package emulator
// has the same struct for users, in the same order, so that one converts to the other.
type Fault struct {
	ID                       string
	Kind                     Kind
	Image, Family, Container string
	Task                     string
	Instance, Cluster        string
	Zone, Subnet, Provider   string
	Engine                   string
	API, Operation, Caller   string
	Service                  string
	CPU, Memory, Requests    float64
	Seed                     uint64
	Rate                     float64
	Error                    string
	Delay                    time.Duration
	Times                    int
	At, For                  time.Duration
	Used                     int
}
