package emulator

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/logs"
)

// openLogs opens the store of what CloudWatch Logs has. It lies beside the state: only an
// emulator that has the state open gets here, so nobody else writes to it. Where the upstream has
// them it keeps nothing but how far the output of containers has been put there.
func (s *Server) openLogs() (err error) {
	where := logs.Options{Size: s.opts.LogSize, Now: s.clock.Now, Log: s.opts.Log}
	if s.opts.DataDir != "" {
		where.Dir = filepath.Join(s.opts.DataDir, "logs")
		if s.opts.leaves("logs") {
			where.Dir = filepath.Join(s.opts.DataDir, "log-positions")
		}
	}
	s.logs, err = logs.Open(where)
	return err
}

// logEvents tells whether log events can be kept.
func (s *Server) logEvents() control.State {
	status, err := s.logs.Disk()
	state := control.State{Status: control.StateStatus(status)}
	switch status {
	case logs.DiskFull:
		state.Reason = "the disk is full: the oldest log events make room for new ones"
	case logs.DiskUnwritable:
		state.Reason = err.Error()
	}
	return state
}

// sweepLogsEvery is how often segments of logs go that nobody sees any more: a choice.
const sweepLogsEvery = time.Hour

// sweepLogs removes log events that are older than the retention of their group. Nobody sees
// them before, so it can take its time.
func (s *Server) sweepLogs(now time.Time) error {
	if now.Sub(s.logsSwept) < sweepLogsEvery {
		return nil
	}
	s.logsSwept = now
	if err := s.logs.Sweep(); err != nil {
		return fmt.Errorf("remove old log events: %w", err)
	}
	return nil
}
