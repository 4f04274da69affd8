//go:build linux

package main

import (
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// grace is for how long processes that heed the hang-up may take to end, so that this program reaps
// them: that of the container may not.
const grace = 2 * time.Second

// children are those of this program, to which the kernel gives the orphans of the command. Otherwise
// they would be children of the container's own program, which need not know of any.
type children struct {
	leader int
	over   atomic.Bool // the leader's end
	exited chan int    // its exit code
	none   chan struct{}
}

// prSetChildSubreaper makes this program the one that orphans are given to.
// Source: prctl(2), PR_SET_CHILD_SUBREAPER.
const prSetChildSubreaper = 36

func init() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
}

func (c *children) reap() {
	defer close(c.none)
	for {
		var status syscall.WaitStatus
		switch pid, err := syscall.Wait4(-1, &status, 0, nil); {
		case err == syscall.EINTR:
		case err != nil: // there are none
			return
		case pid == c.leader:
			c.over.Store(true)
			c.exited <- exitCode(status)
		}
	}
}

// ending ends a session, once.
type ending struct {
	command  command
	children *children
	once     sync.Once
}

// leave is for a command that has ended. What it left behind goes on where there was no terminal.
func (e *ending) leave() {
	if e.command.terminal != nil {
		e.hangUp()
		return
	}
	e.once.Do(func() { os.Exit(0) })
}

// hangUp ends a session as the end of a terminal does: its processes get SIGHUP, and this program ends.
// What ignores the signal goes on.
func (e *ending) hangUp() {
	if e.children.over.Load() && e.command.terminal == nil {
		e.leave()
		return
	}
	e.once.Do(func() {
		signalSession(e.command.pid, syscall.SIGHUP)
		signalSession(e.command.pid, syscall.SIGCONT) // one that is stopped sees the other one then
		_ = e.command.input.Close()
		for _, source := range e.command.output {
			_ = source.file.Close()
		}
		limit := time.NewTimer(grace)
		select {
		case <-e.children.none:
		case <-limit.C:
		}
		os.Exit(0)
	})
}

// signalSession sends a signal to all processes of a session, also in the background.
// Source: setsid(2), proc(5).
func signalSession(leader int, signal syscall.Signal) {
	folder, err := os.Open("/proc")
	if err != nil {
		_ = syscall.Kill(-leader, signal) // at least those of the leader's group
		return
	}
	defer func() { _ = folder.Close() }()
	names, _ := folder.Readdirnames(-1)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if session, _, failed := syscall.RawSyscall(syscall.SYS_GETSID, uintptr(pid), 0, 0); failed == 0 && int(session) == leader {
			_ = syscall.Kill(pid, signal)
		}
	}
}
