package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/accesskeys"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

const accessHead = `# What operations ask

` + Written + `What each operation asks of the policies of its caller: actions, with the resource of each, and the condition keys that the
request gives. Keys of the caller, of the time and of tags of the resource come with each request. A resource is the end of an ARN
in the region and account of the call. {Member} is what the request says, and {Member|default} is default where the request leaves
the member out. A resource of which another member is left out is not asked for; if none of its members is there, the resource is \*.
In the rows of EC2 and of scaling a \* gives way to the stored ARN of what the request means, if it is there already.
Members have their names in the SDK for Go. A key is absent where the request leaves its member out.
[Differences](differences.md) says whether policies decide.

A test calls each operation with --iam=enforce, of services other than Amazon ECS with the members that AWS requires and those that
make the resource. *Denied*: a user without a policy, and one who may do everything but with the resource that is asked for first,
get AWS's refusal, and nothing changes. *Allowed*: a user who may do exactly the actions with the resources that are asked for gets
past it. Of Amazon ECS this holds for operations that are [not built](compatibility/ecs.md), too: those who may call them learn
that they are not. What the test has not seen is left out.

`

// Access is the page of what operations ask, of the services that say so, and of what a test has seen of it.
func Access(services []awsapi.Service, seen Seen) string {
	var b strings.Builder
	b.WriteString(accessHead)
	sections := 0
	for _, s := range services {
		if s.Access == nil {
			continue
		}
		if sections++; sections > 1 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s\n\n| Operation | Asks | Condition keys | Seen by a test |\n| --- | --- | --- | --- |\n", s.Title)
		for _, o := range sorting.Sorted(slices.Values(s.Operations), func(x, y awsapi.Operation) int { return strings.Compare(x.Name, y.Name) }) {
			if o.Input != nil { // else it answers before it reads a request
				shape := s.AccessShape(o)
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", o.Name, cell(asks(shape)), cell(keys(shape)), seen[s.Name+" "+o.Name])
			}
		}
	}
	return b.String()
}

func asks(shape awsapi.AccessShape) string {
	switch {
	case shape.Free:
		return "nothing: each caller may"
	case shape.AsksItself:
		return "its action on what it finds"
	}
	return strings.Join(shape.Wants, "; ")
}

func keys(shape awsapi.AccessShape) string {
	var names []string
	for _, k := range shape.Keys {
		known, _ := accesskeys.Find(k.Name)
		if name := strings.Replace(known.Name, "/", "/KEY", 1); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
