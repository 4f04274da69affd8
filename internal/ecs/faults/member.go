package faults

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Member is a member of a fault that its maker may set.
type Member struct {
	// Name is that in JSON, of the flag and in messages.
	Name string
	// Help says what it is, with the name of its value in backquotes, as package flag has it.
	Help string
	// field is where a fault has it: a *string, *uint64, *float64, *int or *time.Duration.
	field func(*Fault) any
	// how: it says how a fault goes wrong, not where.
	how bool
}

// members are all that there are, those that say where a fault is before those that say how.
var members = []Member{
	{Name: "image", Help: "`pattern` of the image's reference; * stands for any text", field: func(f *Fault) any { return &f.Image }},
	{Name: "family", Help: "`pattern` of the task definition's family", field: func(f *Fault) any { return &f.Family }},
	{Name: "container", Help: "`pattern` of the container's name", field: func(f *Fault) any { return &f.Container }},
	{Name: "task", Help: "`pattern` of a task's id or ARN", field: func(f *Fault) any { return &f.Task }},
	{Name: "instance", Help: "`id` of a container instance or EC2 instance (default: a random one)", field: func(f *Fault) any { return &f.Instance }},
	{Name: "cluster", Help: "`cluster` of the tasks or the service, or from which to pick a random container instance", field: func(f *Fault) any { return &f.Cluster }},
	{Name: "zone", Help: "Availability `zone`, such as us-east-1a", field: func(f *Fault) any { return &f.Zone }},
	{Name: "subnet", Help: "`id` of a subnet", field: func(f *Fault) any { return &f.Subnet }},
	{Name: "provider", Help: "capacity `provider`: FARGATE, which tasks without one are as well, or FARGATE_SPOT", field: func(f *Fault) any { return &f.Provider }},
	{Name: "engine", Help: "`name` of a container engine (default: all that there are)", field: func(f *Fault) any { return &f.Engine }},
	{Name: "api", Help: "`name` of the API as signatures have it: ecs, ec2, autoscaling, logs", field: func(f *Fault) any { return &f.API }},
	{Name: "operation", Help: "`pattern` of the operation's name: Describe*", field: func(f *Fault) any { return &f.Operation }},
	{Name: "caller", Help: "access key id, account, or name or ARN of the role of the `caller`", field: func(f *Fault) any { return &f.Caller }},
	{Name: "service", Help: "name, cluster/name or ARN of a `service`", field: func(f *Fault) any { return &f.Service }},
	{Name: "cpu", Help: "`vCPU` that all tasks of the service use together (0: what labels say of each)", how: true, field: func(f *Fault) any { return &f.CPU }},
	{Name: "memory", Help: "`MiB` that all tasks of the service use together (0: what labels say of each)", how: true, field: func(f *Fault) any { return &f.Memory }},
	{Name: "requests", Help: "`number` of requests a second to the service, through its application load balancers", how: true, field: func(f *Fault) any { return &f.Requests }},
	{Name: "rate", Help: "`share` of what the fault is about that it hits, from 0 to 1 (0: all); of spot-interruption each minute", how: true, field: func(f *Fault) any { return &f.Rate }},
	{Name: "seed", Help: "`number` that has chance decide the same again (0: another way each time)", how: true, field: func(f *Fault) any { return &f.Seed }},
	{Name: "delay", Help: "`duration` of a pull, a start or a call, or from a start to the crash: 90s, 5m", how: true, field: func(f *Fault) any { return &f.Delay }},
	{Name: "times", Help: "`number` of times that it happens (0: always)", how: true, field: func(f *Fault) any { return &f.Times }},
	{Name: "at", Help: "`duration` after which it begins, on the emulator's clock", how: true, field: func(f *Fault) any { return &f.At }},
	{Name: "for", Help: "`duration` after which it ends, on the emulator's clock", how: true, field: func(f *Fault) any { return &f.For }},
	{Name: "error", Help: "`text` with which a pull or a start fails", how: true, field: func(f *Fault) any { return &f.Error }},
}

func Members() []Member { return slices.Clone(members) }

// Text is the member of a fault as a flag has it; empty if it is not set.
func (m Member) Text(f Fault) string {
	switch v := m.field(&f).(type) {
	case *string:
		return *v
	case *uint64:
		if *v > 0 {
			return strconv.FormatUint(*v, 10)
		}
	case *float64:
		if *v != 0 {
			return strconv.FormatFloat(*v, 'g', -1, 64)
		}
	case *int:
		if *v != 0 {
			return strconv.Itoa(*v)
		}
	case *time.Duration:
		if *v != 0 {
			return v.String()
		}
	}
	return ""
}

// Set sets the member of a fault to what a flag says.
func (m Member) Set(f *Fault, text string) (err error) {
	what := ""
	switch v := m.field(f).(type) {
	case *string:
		*v = text
	case *uint64:
		*v, err = strconv.ParseUint(text, 10, 64)
		what = "a number from 0 on"
	case *float64:
		*v, err = strconv.ParseFloat(text, 64)
		what = "a number like 0.3"
	case *int:
		*v, err = strconv.Atoi(text)
		what = "a whole number"
	case *time.Duration:
		*v, err = time.ParseDuration(text)
		what = `a duration like "90s" or "5m"`
		if text == "" {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("%q is not %s: %s", m.Name, what, text)
	}
	return nil
}

// Where says whose containers, instances or calls a fault is about, in words; empty: all.
func (f Fault) Where() string { return f.words(false) }

// How says how a fault goes wrong; empty: as its kind says.
func (f Fault) How() string { return f.words(true) }

func (f Fault) words(how bool) string {
	var list []string
	for _, m := range members {
		if text := m.Text(f); text != "" && m.how == how {
			list = append(list, m.Name+" "+text)
		}
	}
	return strings.Join(list, ", ")
}
