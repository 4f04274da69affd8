package examination

import (
	"context"
	"net/netip"
	"os"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/machine"
)

// begin begins the checks, in the order in which they are shown.
func (r *round) begin(ctx context.Context) (all []*later[diagnosis.Check]) {
	whole := 2*r.Limits.Engine + r.Limits.Images + r.Limits.Trial + trialGrace + grace // the trial's limit is its own
	for _, one := range []struct {
		name     string
		limit    time.Duration
		ofEngine bool // it does not matter where containers are simulated
		look     func(context.Context) diagnosis.Check
	}{
		{"engine", whole, false, r.checkEngine},
		{"cgroup", whole, true, func(context.Context) diagnosis.Check { return doctor.JudgeGroups(r.engine.wait(), r.trial.wait()) }},
		{"sandbox", whole, true, r.checkTrial},
		{"images", whole, true, r.checkImages},
		{"ports", 2*r.Limits.Engine + r.Limits.Other, false, r.checkPorts},
		{"ranges", 2*r.Limits.Engine + r.Limits.Other, true, r.checkRanges},
		{"dns", r.Limits.Engine + r.Limits.Other, false, r.checkNames},
		{"disk", r.Limits.Engine + r.Limits.Other, false, r.checkDisks},
		{"clock", whole, true, func(context.Context) diagnosis.Check { return doctor.JudgeClock(r.engine.wait()) }},
		{"leftovers", 3*r.Limits.Engine + r.Limits.Other, true, r.checkLeftovers},
		{"environment", r.Limits.Other, false, r.checkEnvironment},
		{"container", whole, true, func(context.Context) diagnosis.Check { return doctor.JudgePlace(machine.Place(), r.engine.wait()) }},
		{"endpoint", whole, false, func(context.Context) diagnosis.Check { return doctor.JudgeAnswer(r.answer.wait()) }},
	} {
		if !r.wants(one.name) {
			continue
		}
		look := one.look
		if one.ofEngine && r.Simulated != "" {
			look = func(context.Context) diagnosis.Check { return doctor.NotHere(one.name, r.Simulated) }
		}
		all = append(all, begin(ctx, one.limit, grace, look, func() diagnosis.Check { return doctor.Unchecked(one.name, errLate.Error()) }))
	}
	return all
}

// known is what the engine says; of a simulation nothing.
func (r *round) known() diagnosis.Engine {
	if r.engine == nil {
		return diagnosis.Engine{}
	}
	return r.engine.wait()
}

func (r *round) checkEngine(context.Context) diagnosis.Check {
	if r.Simulated != "" {
		return doctor.SimulatedEngine(r.Simulated)
	}
	return doctor.JudgeEngine(r.engine.wait(), r.FallBack)
}

func (r *round) checkImages(context.Context) diagnosis.Check {
	e := r.engine.wait()
	if e.Trouble != "" {
		return doctor.NoEngine("images")
	}
	return doctor.JudgeImages(e.Architecture, r.images.wait())
}

func (r *round) checkTrial(context.Context) diagnosis.Check {
	e := r.engine.wait()
	switch err := r.images.wait(); {
	case e.Trouble != "":
		return doctor.NoEngine("sandbox")
	case err != nil:
		return doctor.Unchecked("sandbox", "the programs that it needs are not on the engine")
	}
	return doctor.JudgeTrial(r.trial.wait())
}

func (r *round) checkPorts(ctx context.Context) diagnosis.Check {
	answer := r.answer.wait()
	if answer.Emulator() != "" && r.Ports != nil {
		if found, err := r.Ports(ctx); err == nil {
			return found
		}
	}
	p := doctor.Ports{Listen: r.Listen}
	if answer.Emulator() != "" && doctor.SameServer("http://"+machine.Reached(r.Listen), r.Endpoint) {
		p.Emulator = answer.Emulator()
	} else if at, taken, err := machine.Port(r.Listen); taken {
		p.Taken, p.By = true, r.holder(at)
		p.Emulator = machine.Ask(ctx, "http://"+machine.Reached(r.Listen)).Emulator()
	} else {
		p.Err = err
	}
	if r.Moved != nil {
		p.Moved = r.Moved()
	}
	for i, m := range p.Moved {
		if instead, err := netip.ParseAddrPort(m.Address); err == nil {
			p.Moved[i].By = r.holder(netip.AddrPortFrom(instead.Addr(), uint16(m.Port)))
		}
	}
	p.LeaveOut(os.Getpid())
	return doctor.JudgePorts(p)
}

func (r *round) holder(at netip.AddrPort) doctor.Holder {
	return doctor.HolderOf(r.known(), at, machine.Holder(at))
}

func (r *round) checkRanges(context.Context) diagnosis.Check {
	e := r.engine.wait()
	if e.Trouble != "" {
		return doctor.NoEngine("ranges")
	}
	ranges := doctor.Ranges{VPC: r.VPC, Instance: r.Instance}
	if e.Local && e.Hosted && machine.Place().Container == "" {
		ranges.Routes = machine.Routes()
	} else {
		ranges.Unseen = "the routes of the engine's host are not seen from here"
	}
	return doctor.JudgeRanges(e, ranges)
}

func (r *round) checkNames(ctx context.Context) diagnosis.Check {
	ctx, cancel := context.WithTimeout(ctx, r.Limits.Other)
	defer cancel()
	names := machine.Names(ctx, r.endpointHost())
	if r.Simulated != "" {
		names.Outside, names.OutsideErr = "", nil // pulls are simulated as well
	}
	return doctor.JudgeNames(names, r.known())
}

func (r *round) checkDisks(context.Context) diagnosis.Check {
	var disks []doctor.Disk
	switch e := r.known(); {
	case r.Simulated != "", e.Trouble != "":
	case e.Local && e.Hosted && machine.Place().Container == "":
		disks = append(disks, machine.Room(doctor.EngineDisk(e.DataRoot)))
	default:
		disks = append(disks, doctor.UnseenDisk(e.DataRoot))
	}
	if r.State != "" {
		disks = append(disks, machine.Room(doctor.StateDisk("the data directory", r.State)))
	}
	disks = append(disks, machine.Room(doctor.StateDisk("temporary files", os.TempDir())))
	return doctor.JudgeDisks(disks)
}

func (r *round) checkLeftovers(ctx context.Context) diagnosis.Check {
	if r.engine.wait().Trouble != "" {
		return doctor.NoEngine("leftovers")
	}
	on := r.opened.wait()
	if on.err != nil {
		return doctor.JudgeLeft(doctor.Left{Err: on.err})
	}
	owners, err := on.engine.OtherOwners(ctx)
	return doctor.JudgeLeft(doctor.Left{Owners: owners, Err: err})
}

func (r *round) checkEnvironment(context.Context) diagnosis.Check {
	return doctor.JudgeEnvironment(machine.Environment(r.Endpoint, r.Variables, r.Real))
}
