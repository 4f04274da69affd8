package app

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials/profile"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/examination"
)

// Doctor looks at this machine and its container engines, for an emulator that runs.
type Doctor struct {
	*Core
	Engine            *Engine
	Endpoint, Version string
	NoPort            bool // the endpoint has none

	shared examination.Shared
}

// Module lists what it brings.
func (d *Doctor) Module() Module {
	d.shared.Run = func(names []string) diagnosis.Report { return d.examine(d.Closing, names) }
	return Module{
		Name: "doctor",
		Offer: func() Offer {
			return Offer{Routes: control.DoctorRoutes(control.DoctorOptions{Examine: d.Examine, Log: d.Log})}
		},
		Close: func() error {
			d.shared.Wait() // Closing has ended it; it still removes its sandbox
			return nil
		},
	}
}

// Examine makes the checks of these names, or all. Those who ask at the same time share one examination.
func (d *Doctor) Examine(ctx context.Context, names []string) (diagnosis.Report, error) {
	return d.shared.Examine(ctx, names)
}

func (d *Doctor) examine(ctx context.Context, names []string) diagnosis.Report {
	o := examination.Options{
		Only: names, Endpoint: d.Endpoint, VPC: d.Engine.VPCRange, Instance: d.Engine.InstanceRange, State: d.DataDir, Version: d.Version,
		Variables: os.Environ(), Real: profile.IsReal, Moved: d.moved, Answer: d.answer,
	}
	if !d.NoPort {
		o.Listen = strings.TrimPrefix(d.Endpoint, "http://")
	}
	switch first := d.Engine.set.First(); {
	case first.Docker() != nil:
		return engines.Examine(ctx, o, d.Engine.set.Found(), d.Engine.Programs)
	case d.Engine.Backend != nil:
		o.Simulated = "the engine is the caller's own (Options.Backend)"
	default:
		o.Simulated = "containers are simulated"
	}
	return examination.Examine(ctx, o)
}

// answer is how this emulator is.
func (d *Doctor) answer(ctx context.Context) doctor.Answer {
	h, all := d.Engine.Health(ctx)
	a := doctor.Answer{URL: d.Endpoint, Version: d.Version, Engine: d.Engine.Name(), Healthy: control.Trouble(all) == ""}
	a.Reasons = doctor.Reasons(h.NetworkError, h.FilterError, h.DiskError, h.Unanswered)
	if err := d.Store.Probe(); err != nil {
		a.Healthy, a.Reasons = false, append(a.Reasons, err.Error())
	}
	return a
}

// moved are the ports of tasks on Fargate that have another number than their own.
func (d *Doctor) moved() (all []doctor.Moved) {
	for _, t := range state.AllTasks(d.Store.Read()) {
		if t.Ended() || t.Placement.ContainerInstance != "" || !d.Engine.LocalPorts {
			continue
		}
		for _, p := range d.Engine.Ports(t.ARN, false) {
			_, number, err := net.SplitHostPort(p.Address)
			if err == nil && p.Protocol == "tcp" && number != strconv.Itoa(p.ContainerPort) {
				all = append(all, doctor.Moved{Container: p.Container, Task: fmt.Sprintf("%.8s", arn.Name(t.ARN)), Port: p.ContainerPort, Address: p.Address})
			}
		}
	}
	return all
}
