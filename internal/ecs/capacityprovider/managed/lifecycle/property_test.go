package lifecycle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// machine is an instance of the world of the property test, with the tasks on it.
type machine struct {
	Instance
	tasks []Wait
}

// chaos is a provider whose plans are carried out, while tasks come and end and instances fail at random.
type chaos struct {
	*testing.T
	*rand.Rand
	view     View
	machines []*machine
	waiting  []Wait
	next     int
}

// TestInstancesComeAndGoInAnyOrder: tasks come and end, instances register, lose their agents, get notices, are to be replaced and
// grow old, in any order. An instance that runs tasks is not terminated but for a reason that does not wait; none goes before the one that
// stands in for it serves; in the end each task runs, and a provider that is deleted has no instances.
func TestInstancesComeAndGoInAnyOrder(t *testing.T) {
	for seed := range uint64(150) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := &chaos{T: t, Rand: rand.New(rand.NewPCG(seed, 2)), view: fleet()}
			for range 120 {
				w.happens()
				w.settle()
			}
			w.calm()
			if len(w.waiting) > 0 {
				t.Fatalf("%d tasks wait for ever", len(w.waiting))
			}
			for _, m := range w.machines {
				m.tasks = nil
			}
			w.view.Provider.Status = types.CapacityProviderStatusDeprovisioning
			w.calm()
			if p := w.decide(); len(w.machines) > 0 || !p.End {
				t.Fatalf("%d instances are left of a provider that is deleted: %+v", len(w.machines), p)
			}
		})
	}
}

func (w *chaos) happens() {
	w.view.Now = w.view.Now.Add(time.Duration(w.IntN(3600)) * time.Second)
	switch w.IntN(9) {
	case 0, 1:
		group := []string{"family:a", "service:b", "service:c"}[w.IntN(3)]
		for range 1 + w.IntN(4) {
			w.next++
			w.waiting = append(w.waiting, Wait{
				Task: fmt.Sprint(w.next), Group: group, Need: instancetype.Need{CPU: 256 << w.IntN(3), Memory: 512, ENIs: w.IntN(2), Architecture: ec2.X86},
			})
		}
	case 2, 3:
		for _, m := range w.machines {
			if len(m.tasks) > 0 && w.IntN(2) == 0 {
				m.tasks = m.tasks[1:]
			}
		}
	case 4:
		w.view.Now = w.view.Now.Add(10 * 24 * time.Hour)
	default:
		if len(w.machines) == 0 {
			return
		}
		switch m := w.machines[w.IntN(len(w.machines))]; w.IntN(4) {
		case 0:
			m.EC2.NoticeAt = w.view.Now
		case 1:
			if m.Registered != nil {
				m.Registered.AgentConnected = w.IntN(2) == 0
			}
		case 2:
			w.drain(m, managed.Drain{Reason: managed.DaemonDeployment, By: fmt.Sprint(w.IntN(3)), At: w.view.Now, Replace: true})
		case 3: // it is lost
			m.EC2.Wanted, m.EC2.Reached, m.tasks = ec2types.InstanceStateNameTerminated, ec2types.InstanceStateNameTerminated, nil
		}
	}
}

func (w *chaos) drain(m *machine, d managed.Drain) {
	if !slices.ContainsFunc(m.Row.Drains, func(o managed.Drain) bool { return o.Reason == d.Reason && o.By == d.By }) {
		m.Row.Drains = append(slices.Clone(m.Row.Drains), d)
	}
}

// calm lets everything come to rest: agents come back, and the time goes on.
func (w *chaos) calm() {
	for range 60 {
		for _, m := range w.machines {
			if m.Registered != nil {
				m.Registered.AgentConnected = true
			}
			if !m.Row.DrainingAt.IsZero() {
				m.tasks = nil // services move them
			}
		}
		w.view.Now = w.view.Now.Add(time.Minute)
		w.settle()
	}
}

// settle carries plans out until there is nothing to do.
func (w *chaos) settle() {
	for round := 0; ; round++ {
		for _, m := range w.machines { // agents register
			if m.Registered == nil && m.EC2.Wanted == ec2types.InstanceStateNameRunning {
				m.Registered = &state.ContainerInstance{Status: state.InstanceActive, AgentConnected: true}
			}
		}
		w.place()
		p := w.decide()
		if p.empty() {
			return
		}
		if round > 50 {
			w.Fatalf("the plans do not end: %+v", p)
		}
		if w.carryOut(p); p.End {
			return
		}
	}
}

// place is the placer: it places what waits on instances that serve.
func (w *chaos) place() {
	w.waiting = slices.DeleteFunc(w.waiting, func(t Wait) bool {
		for _, m := range w.machines {
			if m.serves() && m.Registered.TakesTasks() && instancetype.Holds(m.Type, m.need().Add(t.Need)) {
				m.tasks = append(m.tasks, t)
				return true
			}
		}
		return false
	})
}

func (m *machine) need() (n instancetype.Need) {
	for _, t := range m.tasks {
		n = n.Add(t.Need)
	}
	return n
}

func (w *chaos) decide() Plan {
	w.view.Instances = nil
	for _, m := range w.machines {
		m.Tasks, m.Others, m.Load = len(m.tasks), len(m.tasks), m.need()
		w.view.Instances = append(w.view.Instances, m.Instance)
	}
	w.view.Waiting, w.view.InZones = w.waiting, nil
	return Decide(w.view)
}

func (w *chaos) find(id string) *machine {
	at := slices.IndexFunc(w.machines, func(m *machine) bool { return m.Row.ID == id })
	if at < 0 {
		return nil
	}
	return w.machines[at]
}

func (w *chaos) carryOut(p Plan) {
	for _, d := range p.Drains {
		w.drain(w.find(d.ID), d.Drain)
	}
	for _, l := range p.Leaves {
		at := slices.IndexFunc(w.machines, func(m *machine) bool { return m.Registered != nil && m.Registered.ARN == l.Instance })
		w.machines[at].Registered.Leaves = l.Is
	}
	for _, n := range p.Notes {
		row := w.find(n.ID).Row
		row.IdleAt, row.ImpairedAt = n.IdleAt, n.ImpairedAt
	}
	for _, id := range p.Begin {
		m := w.find(id)
		if other := w.find(m.Row.ReplacedBy); replaced(m.Row.Drains) && other != nil && !other.gone() && !other.serves() && !other.ending() {
			w.Fatalf("%s drains before %s serves", id, other.Row.ID)
		}
		m.Row.DrainingAt, m.Registered.Status = w.view.Now, state.InstanceDraining
	}
	for _, id := range append(p.Begin, p.Retell...) {
		m := w.find(id)
		strongest, _ := m.Row.Strongest()
		m.Registered.DrainedBy = strongest.Reason.Words()
	}
	for _, id := range p.Terminate {
		m := w.find(id)
		lost := !m.Row.ImpairedAt.IsZero() || w.view.Now.Sub(m.Row.LaunchedAt) >= endAge
		if len(m.tasks) > 0 && !lost {
			w.Fatalf("%s is terminated with %d tasks: %+v", id, len(m.tasks), m.Row)
		}
		m.EC2.Wanted, m.EC2.Reached, m.tasks = ec2types.InstanceStateNameTerminated, ec2types.InstanceStateNameTerminated, nil
	}
	w.machines = slices.DeleteFunc(w.machines, func(m *machine) bool { return slices.Contains(p.Gone, m.Row.ID) })
	for _, l := range p.Launch {
		w.next++
		m := &machine{Instance: running(fmt.Sprint("i-", w.next), 0)}
		m.Row.LaunchedAt, m.Row.Replaces, m.Type, m.EC2.Zone, m.Registered = w.view.Now, l.Replaces, l.Type, l.Subnet.Zone, nil
		if old := w.find(l.Replaces); old != nil {
			old.Row.ReplacedBy = m.Row.ID
		}
		w.machines = append(w.machines, m)
	}
}
