package doctor

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Ports are the ports of this machine that an emulator takes.
type Ports struct {
	Listen string // address of the endpoint
	// Emulator is the emulator that answers there: "ecs-emulator v0.1.0"; empty is none.
	Emulator string
	// Taken says that another program listens there, which is By; Err is why one cannot listen there otherwise.
	Taken bool
	By    Holder
	Err   error
	// Moved are ports of tasks that have not their own number.
	Moved []Moved
}

// Moved is a port of a task that leads there at another number, because its own is taken.
type Moved struct {
	Container string
	Task      string // its id, shortened
	Port      int
	Address   string // where it is instead
	By        Holder
}

// Holder is the program that has a port, as far as that is seen.
type Holder struct {
	Container string // of the engine
	Program   string
	PID       int
	User      string // whose process it is, where that is all that is seen
}

func (h Holder) String() string {
	switch {
	case h.Container != "":
		return "the container " + h.Container
	case h.PID != 0:
		return fmt.Sprintf("%s (process %d)", cmp.Or(h.Program, "a program"), h.PID)
	case h.User != "":
		return "a process of the user " + h.User
	default:
		return "another program"
	}
}

// JudgePorts says who has ports that are needed.
func JudgePorts(p Ports) diagnosis.Check {
	v := about(portsCheck)
	const elsewhere = "or take another port with serve --listen (127.0.0.1:0 is a free one)"
	switch {
	case p.Listen == "":
		v.note("the endpoint has no port: clients reach it in this process")
	case p.Emulator != "":
		v.note("%s answers at %s", p.Emulator, p.Listen)
	case p.Taken:
		v.fail("end it, "+elsewhere, "%s is taken: %s has it", p.Listen, p.By)
	case p.Err != nil:
		v.fail("correct the address, "+elsewhere, "nothing can listen at %s: %s", p.Listen, oneLine(p.Err))
	default:
		v.note("%s is free", p.Listen)
	}
	for _, m := range p.Moved {
		v.degrade(fmt.Sprintf("end what has port %d, or use %s", m.Port, m.Address), "port %d of container %s of task %s is at %s, because %s has port %[1]d", m.Port, m.Container, m.Task, m.Address, m.By)
	}
	return v.check()
}

// LeaveOut leaves out ports of tasks that the emulator itself has for other tasks, by the id of its process, and ports of
// which it is not seen who has them.
func (p *Ports) LeaveOut(pid int) {
	p.Moved = slices.DeleteFunc(p.Moved, func(m Moved) bool { return m.By == Holder{} || m.By.PID == pid })
}

// HolderOf finds the container that has a port of this machine; others say which process does.
func HolderOf(e diagnosis.Engine, at netip.AddrPort, otherwise Holder) Holder {
	for _, p := range e.Ports {
		if e.Local && e.Hosted && p.Port == at.Port() && p.Protocol == "tcp" && Overlap(p.Address, at.Addr()) {
			return Holder{Container: p.Container}
		}
	}
	return otherwise
}

// Overlap reports whether a port at one address is taken from a program at the other: both are the same, or one is all of its
// family. All of IPv6 is all of IPv4 as well. The zero Addr is all. Source: ipv6(7), IPV6_V6ONLY.
func Overlap(a, b netip.Addr) bool {
	a, b = a.Unmap(), b.Unmap()
	has := func(all, one netip.Addr) bool {
		return !all.IsValid() || all.IsUnspecified() && (all.Is6() || one.Is4())
	}
	return a == b || has(a, b) || has(b, a)
}
