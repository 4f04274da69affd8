package emulator

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling/servicescaling"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// newServiceScaling scales services for Application Auto Scaling.
func (s *Server) newServiceScaling() *servicescaling.Controller {
	return &servicescaling.Controller{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Client: s.client, Role: s.credentials.Role, Values: s.alarmValues,
	}
}

// alarmValues are the newest data points of an alarm's metric.
func (s *Server) alarmValues(*store.Tx, *cloudwatch.Alarm, time.Time) []float64 { return nil }

// scalingReport tells what is scaled, and what holds it.
func (s *Server) scalingReport() applicationautoscaling.Report {
	return s.atWork().ServiceScaling.Report()
}
