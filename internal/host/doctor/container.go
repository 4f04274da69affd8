package doctor

import (
	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Place is where this process runs.
type Place struct {
	System string // GOOS
	// Container is what it runs in: "docker", "podman", "kubernetes", "container"; empty is none.
	Container string
	WSL       bool // Windows Subsystem for Linux
	// MachineID says that the machine has an id, by which its directories are told from others' directories.
	MachineID bool
}

const (
	onlyPorts = "tasks are reached at ports of 127.0.0.1, not at their addresses, and names of --dns lead nowhere"
	neverDead = "prune cannot tell a deleted data directory from one that is elsewhere: owners with one are never dead"
)

// JudgePlace says what does not work because of where emulator and engine run.
func JudgePlace(p Place, e diagnosis.Engine) diagnosis.Check {
	v := about(containerCheck)
	switch {
	case e.Container != "":
		v.degrade("", "this runs in the container %s of the engine: ports of tasks are at 127.0.0.1 of the engine's host from 14600 up (--host-ports), not at their own numbers; %s", e.Container, neverDead)
	case p.Container != "":
		v.degrade("give the container the socket of the engine that runs it", "this runs in a container (%s) that the engine does not have: ports of tasks are at 127.0.0.1 in this container; %s", p.Container, neverDead)
	case p.WSL:
		v.degrade("", "this runs in WSL: %s", neverDead)
	case !p.MachineID:
		v.degrade("", "this machine has no /etc/machine-id: %s", neverDead)
	}
	switch {
	case e.Trouble != "":
	case e.System == "Docker Desktop":
		v.degrade("", "Docker Desktop runs containers in a virtual machine, and was not tried with the emulator: %s", onlyPorts)
	case p.System != "linux" && !e.Rootless:
		v.degrade("", "this machine runs %s, and containers run in a virtual machine, which was not tried with the emulator: %s", p.System, onlyPorts)
	case !e.Local:
		v.degrade("", "the engine is on another host: %s", onlyPorts)
	}
	if v.status == diagnosis.OK {
		v.note("this runs on the machine itself, in no container, virtual machine of Docker Desktop or WSL")
	}
	return v.check()
}
