package inquiry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// subject is what a question is about.
type subject struct {
	arn  string
	kind why.Kind
}

// leastOfID is of how many letters the beginning of an id is, where a service has that name, too.
const leastOfID = 4

// mostSubjects is how many a reference may fit.
const mostSubjects = 10

// UnknownError says that a reference fits nothing, or too much, and what there is.
type UnknownError struct{ text string }

func (e UnknownError) Error() string { return e.text }

// find returns what a reference fits: an ARN, the id of a task or container instance or the beginning of it, or the name of
// a service or daemon, with or without its cluster. cluster, a name or an ARN, may be empty for all.
func find(tx *store.Tx, ref, cluster string) ([]subject, error) {
	if arn.Is(ref) {
		found, ok := byARN(tx, ref)
		if !ok {
			return nil, UnknownError{"there is no " + kindOfARN(ref) + " " + ref + whatThereIs(tx)}
		}
		return []subject{found}, nil
	}
	if s, ok := byCodeDeployment(tx, ref); ok {
		return []subject{s}, nil
	}
	services := byName(tx, ref, cluster)
	found := append(services, daemonsByName(tx, ref, cluster)...)
	if len(found) == 0 || len(ref) >= leastOfID {
		found = append(found, byID(tx, ref, cluster)...)
	}
	if len(found) == 0 {
		found = byContainer(tx, ref, cluster)
	}
	switch {
	case len(found) == 0:
		in := ""
		if cluster != "" {
			in = " in cluster " + cluster
		}
		return nil, UnknownError{fmt.Sprintf("there is no service, daemon, task or container instance %s%s%s", ref, in, whatThereIs(tx))}
	case len(found) > mostSubjects:
		return nil, UnknownError{fmt.Sprintf("%s fits %d services, tasks and container instances: give more of the id, or an ARN", ref, len(found))}
	}
	return found, nil
}

func byARN(tx *store.Tx, ref string) (s subject, ok bool) {
	switch {
	case state.FindTask(tx, ref) != nil:
		return subject{ref, why.KindTask}, true
	case state.FindService(tx, ref) != nil:
		return subject{ref, why.KindService}, true
	case taskset.Find(tx, ref) != nil:
		return subject{taskset.Find(tx, ref).ServiceARN, why.KindService}, true
	case daemon.Find(tx, ref) != nil:
		return subject{ref, why.KindDaemon}, true
	case daemonOf(tx, ref) != "":
		return subject{daemonOf(tx, ref), why.KindDaemon}, true
	case state.FindServiceDeployment(tx, ref) != nil:
		return subject{ref, why.KindServiceDeployment}, true
	case state.FindContainerInstance(tx, ref) != nil:
		return subject{ref, why.KindContainerInstance}, true
	case elbv2.FindTargetGroup(tx, ref) != nil:
		return subject{ref, why.KindTargetGroup}, true
	case cloudformation.StackAt(tx, ref) != nil:
		return subject{ref, why.KindStack}, true
	}
	return s, false
}

// byCodeDeployment is the service of a deployment by CodeDeploy, by its id, that is the last one to the service.
func byCodeDeployment(tx *store.Tx, ref string) (s subject, ok bool) {
	d := codedeploy.FindDeployment(tx, ref)
	if d == nil {
		return s, false
	}
	of := state.FindService(tx, d.ServiceARN)
	if of == nil || codedeploy.LastOf(tx, of.ARN, of.CreatedAt) != d {
		return s, false
	}
	return subject{of.ARN, why.KindService}, true
}

// kindOfARN names what an ARN is of, for an error.
func kindOfARN(ref string) string {
	for _, known := range []struct{ part, name string }{
		{":task/", "task"}, {":task-set/", "task set"}, {":service/", "service"}, {":daemon/", "daemon"}, {":daemon-deployment/", "daemon deployment"}, {":service-deployment/", "service deployment"}, {":container-instance/", "container instance"},
		{":targetgroup/", "target group"}, {":stack/", "stack"},
	} {
		if strings.Contains(ref, known.part) {
			return known.name
		}
	}
	return "task, service, daemon, service deployment, container instance, target group or stack"
}

// byName are the services of a name, or of cluster/name. Those that are INACTIVE count only where there is no other.
func byName(tx *store.Tx, ref, cluster string) (found []subject) {
	of, name, both := strings.Cut(ref, "/")
	if !both {
		of, name = "", ref
	}
	var inactive []subject
	for s := range state.EachService(tx) {
		switch {
		case s.Name != name || !inCluster(s.ARN, of) || !inCluster(s.ARN, cluster):
		case s.Status() == state.ServiceInactive:
			inactive = append(inactive, subject{s.ARN, why.KindService})
		default:
			found = append(found, subject{s.ARN, why.KindService})
		}
	}
	if len(found) == 0 {
		return inactive
	}
	return found
}

// daemonsByName are the daemons of a name, or of cluster/name.
func daemonsByName(tx *store.Tx, ref, cluster string) (found []subject) {
	of, name, both := strings.Cut(ref, "/")
	if !both {
		of, name = "", ref
	}
	for _, d := range daemon.All(tx) {
		if d.Name == name && inCluster(d.ARN, of) && inCluster(d.ARN, cluster) {
			found = append(found, subject{d.ARN, why.KindDaemon})
		}
	}
	return found
}

// daemonOf is the daemon of its newest deployment, by the ARN of that; empty: there is none.
func daemonOf(tx *store.Tx, deploymentARN string) string {
	d := daemon.FindDeployment(tx, deploymentARN)
	if d == nil {
		return ""
	}
	if of := daemon.Find(tx, d.Daemon); of != nil && of.Deployment == d.ARN {
		return of.ARN
	}
	return ""
}

// byID are the tasks, and the container instances, whose id begins so; an id that is whole fits alone. Container instances
// are known by the ids of their EC2 instances as well.
func byID(tx *store.Tx, ref, cluster string) (found []subject) {
	if ref == "" {
		return nil
	}
	for _, t := range state.TasksBeginning(tx, ref) {
		switch {
		case !inCluster(t.ARN, cluster):
		case arn.Name(t.ARN) == ref:
			return []subject{{t.ARN, why.KindTask}}
		default:
			found = append(found, subject{t.ARN, why.KindTask})
		}
	}
	for _, c := range state.AllContainerInstances(tx) {
		switch id := arn.Name(c.ARN); {
		case !strings.HasPrefix(id, ref) && c.EC2InstanceID != ref || !inCluster(c.ARN, cluster):
		case id == ref:
			return []subject{{c.ARN, why.KindContainerInstance}}
		default:
			found = append(found, subject{c.ARN, why.KindContainerInstance})
		}
	}
	return found
}

// byContainer is the task of which a container has an id, as ECS or the engine shows it.
func byContainer(tx *store.Tx, ref, cluster string) (found []subject) {
	for _, t := range state.AllTasks(tx) {
		if inCluster(t.ARN, cluster) && ofContainer(t, ref) {
			found = append(found, subject{t.ARN, why.KindTask})
		}
	}
	return found
}

func ofContainer(t *state.Task, ref string) bool {
	return slices.ContainsFunc(t.Status.Containers, func(c state.Container) bool { return c.RuntimeID == ref || c.EngineID == ref })
}

func inCluster(resourceARN, cluster string) bool {
	name := arn.ClusterName(resourceARN)
	return cluster == "" || cluster == name || cluster == arn.ScopeOf(resourceARN).Cluster(name)
}

// whatThereIs names the services, daemons, tasks, container instances and stacks that a reader may have meant.
func whatThereIs(tx *store.Tx) string {
	var services, daemons, tasks, instances, stacks []string
	for s := range state.EachService(tx) {
		services = append(services, arn.ClusterName(s.ARN)+"/"+s.Name)
	}
	for _, d := range daemon.All(tx) {
		daemons = append(daemons, arn.ClusterName(d.ARN)+"/"+d.Name)
	}
	for _, t := range state.AllTasks(tx) {
		if !t.Ended() {
			tasks = append(tasks, activity.ShortID(arn.Name(t.ARN))+" of "+strings.TrimPrefix(t.Spec.Group, "family:"))
		}
	}
	for _, c := range state.AllContainerInstances(tx) {
		if c.Status != state.InstanceInactive {
			instances = append(instances, activity.ShortID(arn.Name(c.ARN)))
		}
	}
	for _, s := range cloudformation.AllStacks(tx) {
		if !s.Deleted() {
			stacks = append(stacks, s.Name)
		}
	}
	var parts []string
	for _, list := range []struct {
		name string
		of   []string
	}{{"services", services}, {"daemons", daemons}, {"tasks that run", tasks}, {"container instances", instances}, {"stacks", stacks}} {
		if len(list.of) > 0 {
			parts = append(parts, list.name+": "+phrase.Some(mostSubjects, list.of))
		}
	}
	if len(parts) == 0 {
		return "; there are no services and no tasks"
	}
	return "; " + strings.Join(parts, "; ") + "; stopped tasks are known for an hour"
}
