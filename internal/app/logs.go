package app

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/logsink"
	"github.com/ecs-emulator/ecs-emulator/internal/app/sessionlog"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/logmetric"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Logs are CloudWatch Logs.
type Logs struct {
	*Core
	Metrics *Metrics
	// Size is how many bytes log events may take.
	Size int64

	store *logs.Store
}

// Module lists what it brings.
func (l *Logs) Module() Module {
	return Module{
		Name: "logs", Open: l.open, Offer: l.offer, Reset: l.reset, Close: l.close,
		Sweep: func() error { return l.store.Sweep() },
	}
}

// open reads the store of what CloudWatch Logs has. It lies beside the state: only an
// emulator that has the state open gets here, so it is the only writer. Where the upstream has
// them it keeps nothing but how far the output of containers has been put there.
func (l *Logs) open(context.Context) (err error) {
	where := logs.Options{
		Size: l.Size, Now: l.Clock.Now, Log: l.Log, Arrived: (&logmetric.Publisher{Metrics: l.Metrics.Points(), Now: l.Clock.Now}).Arrived,
	}
	if l.DataDir != "" {
		where.Dir = filepath.Join(l.DataDir, "logs")
		if l.Leaves("logs") {
			where.Dir = filepath.Join(l.DataDir, "log-positions")
		}
	}
	l.store, err = logs.Read(where)
	return err
}

// Begin is for when everything is open, and nothing refuses the start: from now on the store writes.
func (l *Logs) Begin() error { return l.store.Begin() }

func (l *Logs) offer() Offer {
	api := cloudwatchlogs.New(l.store, l.Clock.Now)
	api.Stored = l.PolicyStored
	return Offer{
		APIs:     []API{api},
		Measures: []control.Measure{control.MeasureLogs(l.store.Size, l.State)},
	}
}

// State tells whether log events can be kept.
func (l *Logs) State() control.State {
	status, err := l.store.Disk()
	state := control.State{Status: control.StateStatus(status)}
	switch status {
	case logs.DiskFull:
		state.Reason = "the disk is full: the oldest log events make room for new ones"
	case logs.DiskUnwritable:
		state.Reason = err.Error()
	}
	return state
}

// Sink is where the output of containers and sessions is written.
func (l *Logs) Sink() interface {
	awslogs.Sink
	sessionlog.Streams
} {
	if l.Leaves("logs") {
		return logsink.NewUpstream(l.Client, l.store, l.Log)
	}
	return logsink.Here{Store: l.store, Allow: l.Credentials.Allow}
}

func (l *Logs) reset() error {
	if left := l.store.Reset(); left != nil {
		return fmt.Errorf("log events are left: %w", left)
	}
	return nil
}

func (l *Logs) close() error {
	if l.store == nil {
		return nil
	}
	return l.store.Close()
}
