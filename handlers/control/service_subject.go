package control

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// findService returns the service that a name or an ARN means, or nil if it means a task. cluster, a
// name or an ARN, may be empty for all.
func findService(tx *store.Tx, ref, cluster string) (*state.Service, error) {
	var found []*state.Service
	for _, s := range state.AllServices(tx) {
		if s.ARN == ref {
			return s, nil
		}
		if s.Name == ref && (cluster == "" || cluster == s.ClusterARN || cluster == arn.ClusterName(s.ARN)) {
			found = append(found, s)
		}
	}
	if there := slices.DeleteFunc(slices.Clone(found), inactive); len(there) > 0 {
		found = there // and not one of before, of another cluster
	}
	_, _, notATask := findContainer(tx, ref, "")
	switch {
	case len(found) == 0 && notATask == nil:
		return nil, nil
	case len(found) == 0:
		return nil, fmt.Errorf("there is no service or task %s%s%s", ref, in(cluster), whatThereIs(tx))
	case len(found) > 1:
		return nil, fmt.Errorf("there are %d services %s: name the cluster with --cluster, or give the ARN: %s", len(found), ref, arns(found))
	case notATask == nil:
		return nil, fmt.Errorf("%s is a service and the beginning of a task's id: give the ARN of the service, %s, or more of the id", ref, found[0].ARN)
	}
	return found[0], nil
}

func inactive(s *state.Service) bool { return s.Status() == state.ServiceInactive }

func in(cluster string) string {
	if cluster == "" {
		return ""
	}
	return " in cluster " + cluster
}

func arns(services []*state.Service) string {
	var list []string
	for _, s := range services {
		list = append(list, s.ARN)
	}
	return strings.Join(list, ", ")
}

// mostNamed is how many services, and how many tasks, an error names.
const mostNamed = 10

// whatThereIs names the services and tasks that a reader may have meant.
func whatThereIs(tx *store.Tx) string {
	var services, tasks []string
	for _, s := range state.AllServices(tx) {
		services = append(services, s.Name+in(notDefault(s.ARN)))
	}
	for _, t := range state.AllTasks(tx) {
		if !t.Ended() {
			tasks = append(tasks, activity.ShortID(arn.Name(t.ARN))+" of "+strings.TrimPrefix(t.Spec.Group, "family:"))
		}
	}
	return "; services: " + someOf(services) + "; tasks that run: " + someOf(tasks) + "; stopped tasks are known for an hour"
}

func notDefault(resourceARN string) string {
	if name := arn.ClusterName(resourceARN); name != "default" {
		return name
	}
	return ""
}

// someOf names the first of a list.
func someOf(names []string) string {
	switch {
	case len(names) == 0:
		return "none"
	case len(names) > mostNamed:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:mostNamed], ", "), len(names)-mostNamed)
	}
	return strings.Join(names, ", ")
}
