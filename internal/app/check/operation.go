package check

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/cluster"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/model"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// operation is one that a file can be the input of.
type operation struct {
	input reflect.Type // nil where the emulator does not have it
	// members finds those of an input that are refused, and those without effect.
	members func(body []byte) (refused, kept []member.Found)
}

// operations are the operations of the API, by name.
func operations() map[string]operation {
	all := map[string]operation{}
	for _, o := range ecs.New(ecs.Options{}).Service().Operations {
		all[o.Name] = operation{input: o.Input}
	}
	for name, members := range map[string]func([]byte) (refused, kept []member.Found){
		"CreateCluster": planned(cluster.CreateClusterMembers),
		"UpdateCluster": planned(cluster.UpdateClusterMembers),
		"CreateService": planned(service.CreateServiceMembers),
		updateService:   planned(service.UpdateServiceMembers),
		createTaskSet:   planned(taskset.CreateTaskSetMembers),
		"StartTask":     planned(task.StartTaskMembers, func(in *sdk.StartTaskInput) []member.Found { return taskdef.UnsupportedOverride(in.Overrides) }),
		"RunTask":       planned(task.RunTaskMembers, func(in *sdk.RunTaskInput) []member.Found { return taskdef.UnsupportedOverride(in.Overrides) }),
	} {
		all[name] = operation{all[name].input, members}
	}
	return all
}

// OperationNamed is the operation that users name as the API or the AWS CLI does: RunTask or
// run-task. Empty is none.
func OperationNamed(name string) (string, error) {
	squeezed := strings.ReplaceAll(name, "-", "")
	all := slices.Sorted(maps.Keys(operations()))
	for _, each := range all {
		if strings.EqualFold(each, squeezed) {
			return each, nil
		}
	}
	if name == "" {
		return "", nil
	}
	message := fmt.Sprintf("ECS has no operation %s", name)
	if near := nearest(squeezed, all); near != "" {
		message += ", did you mean " + near + "?"
	}
	return "", errors.New(message)
}

// planned finds members by the plan of an operation, and by what it refuses beside that.
func planned[T any](plan *member.Plan[T], others ...func(*T) []member.Found) func([]byte) (refused, kept []member.Found) {
	return func(body []byte) (refused, kept []member.Found) {
		in := new(T)
		if _, err := model.Codec().UnmarshalAll(body, in); err != nil {
			return nil, nil
		}
		refused = plan.FindRefused(in)
		for _, more := range others {
			refused = append(refused, more(in)...)
		}
		return refused, plan.FindKept(in)
	}
}

// operationOf is the one that a value is the input of.
func (c *checker) operationOf(n *node) (string, error) {
	if c.options.Operation != "" {
		return c.options.Operation, nil
	}
	if n.makesTaskSet() {
		return createTaskSet, nil
	}
	if name := n.marked(); name != "" {
		return name, nil
	}
	return "", errors.New("the operation is not known by its members: name it with --operation, such as run-task")
}

// daemons finds the definitions of daemons by the daemons of the files, which name their families.
func (c *checker) daemons() {
	var inputs []*node
	for _, r := range c.requests {
		inputs = append(inputs, r.input)
	}
	families := daemonFamilies(inputs)
	for _, r := range c.requests {
		if r.operation == register && families[r.input.string("family")] && c.options.Operation == "" && r.resource == "" {
			r.operation = registerDaemon
		}
	}
}

// answers are what describes the resources that operations make.
var answers = map[string]struct {
	arn string // the member of answers alone
	typ reflect.Type
}{
	register:        {"taskDefinitionArn", reflect.TypeFor[types.TaskDefinition]()},
	registerDaemon:  {"daemonTaskDefinitionArn", reflect.TypeFor[types.DaemonTaskDefinition]()},
	"CreateService": {"serviceArn", reflect.TypeFor[types.Service]()},
	"CreateCluster": {"clusterArn", reflect.TypeFor[types.Cluster]()},
}

// described makes the input of an operation of what a Describe operation answers: without what
// only answers have.
func (c *checker) described(name string, n *node) {
	answer := answers[name]
	if answer.typ == nil || n.member(answer.arn) == nil {
		return
	}
	if cluster := n.member("clusterArn"); name == "CreateService" && cluster != nil {
		n.put("cluster", cluster.line, cluster)
	}
	if n.string("schedulingStrategy") == "DAEMON" { // which answers count, and requests must not
		n.remove("desiredCount")
	}
	if name == "CreateService" {
		n.withoutPrimarySet()
	}
	known, answered := membersOf(c.operations[name].input), membersOf(answer.typ)
	n.members = slices.DeleteFunc(n.members, func(m nodeMember) bool {
		_, has := known[m.name]
		_, only := answered[m.name]
		return !has && only
	})
}
