package stackcause

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/servicecause"
)

// part is a resource of a stack, in the time in which something was done to it. It goes on where the end is zero. Events have
// whole milliseconds.
type part struct {
	logicalID, physicalID, kind string
	from, to                    time.Time
}

// resource is why a resource failed, or is not ready: of a service and a task set it is known.
func resource(f *why.Facts, s *cloudformation.Stack, p *part) []why.Answer {
	if p.physicalID == "" {
		if r := cloudformation.FindResource(f.Tx, s.ID, p.logicalID); r != nil {
			p.physicalID = r.PhysicalID
		}
	}
	switch p.kind {
	case "AWS::ECS::Service":
		return service(f, p)
	case "AWS::ECS::TaskSet":
		of := *p
		of.physicalID = serviceOf(s, p.physicalID)
		return service(f, &of)
	}
	return nil
}

// serviceOf is the ARN of the service of a task set, whose physical id has cluster, service and id, the first two as names or ARNs.
func serviceOf(s *cloudformation.Stack, taskSet string) string {
	parts := strings.Split(taskSet, "|")
	switch {
	case len(parts) != 3:
		return ""
	case arn.Is(parts[1]):
		return parts[1]
	default:
		return s.Scope.Service(arn.Name(parts[0]), parts[1])
	}
}

// service is why a service is not as wanted, or, where it is or was deleted in a rollback, why its tasks have failed. A
// service that has been made since is another one.
func service(f *why.Facts, p *part) (answers []why.Answer) {
	s := state.FindService(f.Tx, p.physicalID)
	if s == nil || !p.to.IsZero() && s.CreatedAt.After(p.to) {
		return nil
	}
	for _, a := range servicecause.Explain(f, s) {
		if a.Cause == why.ServiceDeleted { // with the stack
			continue
		}
		if !p.to.IsZero() && s.Deploys() && s.Primary().UpdatedAt.After(p.to) && (a.At.Before(p.from) || a.At.After(p.to)) {
			continue // it has been changed since, and this is of another time
		}
		if a.Of == "" {
			a.Of, a.Kind = s.ARN, why.KindService
		}
		answers = append(answers, a)
	}
	if len(answers) == 0 && !p.to.IsZero() {
		answers = servicecause.Tasks(f, s.ARN, p.from, p.to)
	}
	return answers
}
