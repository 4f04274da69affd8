package emulator

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescaling"
)

// newServiceScaling scales services for Application Auto Scaling.
func (s *Server) newServiceScaling() *servicescaling.Controller {
	return servicescaling.New(servicescaling.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Client: s.client, Role: s.credentials.Role, Values: s.alarms.Values,
	})
}

// scalingReport tells what is scaled, and what holds it.
func (s *Server) scalingReport() applicationautoscaling.Report {
	return s.atWork().ServiceScaling.Report()
}
