package taskcause

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// waits is of a task that has no place yet.
func (q *question) waits() {
	if q.Waiting != nil {
		q.answers = append(q.answers, q.Waiting(q.Facts, q.t)...)
	}
	if len(q.answers) == 0 {
		q.say(why.NoCapacity, "it waits for a container instance of capacity provider "+q.t.Placement.CapacityProvider, "",
			why.Evidence{Text: "the last attempt to place it: " + q.t.Placement.Waiting.Reason})
	}
}

// starting is of a task that has a place and is not RUNNING yet.
func (q *question) starting() {
	if q.engineAway() || q.unheard() {
		return
	}
	s := &q.t.Status
	for i := range s.Containers {
		c := &s.Containers[i]
		switch {
		case c.Phase == state.ContainerNone && !s.PullStartedAt.IsZero():
			q.say(why.Starting, fmt.Sprintf("image %s of container %s is not there yet, and the pull of images began at %s", c.Image, c.Name, q.time(s.PullStartedAt)),
				"Wait for the pull.", noted(s.PullStartedAt, "pullStartedAt; container %s has no image yet", c.Name))
		case c.Phase == state.ContainerPulled || c.Phase == state.ContainerCreated && c.StartedAt.IsZero():
			q.dependsOn(c)
		}
	}
	if len(q.answers) > 0 {
		return
	}
	if s.LastStatus == state.Activating {
		q.say(why.Starting, "its containers run, and it is being registered for requests", "Wait a moment.", noted(q.at(), "lastStatus %s", s.LastStatus))
		return
	}
	q.say(why.Starting, "nothing keeps it from starting as far as the rows tell", "Wait a moment.", noted(q.at(), "lastStatus %s", s.LastStatus))
}

// dependsOn is of a container that waits for another one.
func (q *question) dependsOn(c *state.Container) {
	d := q.definition(c.Name)
	if d == nil {
		return
	}
	for _, on := range d.DependsOn {
		other := q.t.Status.Container(aws.ToString(on.ContainerName))
		if other == nil || other.Phase == state.ContainerStopped && other.ExitCode != nil {
			continue
		}
		if on.Condition == types.ContainerConditionStart && other.Phase == state.ContainerRunning ||
			on.Condition == types.ContainerConditionHealthy && other.HealthStatus == types.HealthStatusHealthy {
			continue // it is met
		}
		q.say(why.Starting, fmt.Sprintf("container %s waits for container %s to be %s, which is %s", c.Name, other.Name, on.Condition, other.LastStatus()),
			"Look at container "+other.Name+".", noted(q.at(), "container %s depends on %s: %s", c.Name, other.Name, on.Condition))
	}
}

// engineAway adds that the container engine does not answer, and reports whether that is so.
func (q *question) engineAway() bool {
	silence, silent := q.Silent[q.t.Placement.Host]
	if !silent {
		return false
	}
	text := silence.String() + " has not answered since " + q.time(silence.Since)
	if silence.Error != "" {
		text += ": " + oneLine(silence.Error)
	}
	q.say(why.EngineAway, text, "Start "+silence.String()+": tasks go on when it answers.", noted(silence.Since, "%s", text))
	for _, f := range q.Faults {
		if (f.Kind == faults.EngineAway || f.Kind == faults.EngineDown) && (f.Engine == "" || f.Engine == silence.Engine) {
			a := &q.answers[len(q.answers)-1]
			a.Next = "ecs-emulator faults clear " + f.ID + " brings it back."
			a.Because = append(a.Because, why.Answer{
				Cause: why.Fault, At: silence.Since, Sentence: fmt.Sprintf("Fault %s (%s) keeps %s away.", f.ID, f.Kind, silence), Next: a.Next,
				Evidence: []why.Evidence{noted(silence.Since, "fault %s (%s) is in force", f.ID, f.Kind)},
			})
		}
	}
	return true
}

// unheard is of a task of whose container instance the agent is not connected.
func (q *question) unheard() bool {
	c := state.FindContainerInstance(q.Tx, q.t.Placement.ContainerInstance)
	if c == nil || c.AgentConnected || q.t.Placement.ByHand {
		return false
	}
	a := q.say(why.AgentDisconnected, fmt.Sprintf("the agent of its container instance %s is not connected: it hears nothing of ECS, and ECS learns nothing of its tasks", activity.ShortID(arn.Name(c.ARN))),
		"Connect the agent.", noted(q.Now, "agentConnected of %s is false", arn.Name(c.ARN)))
	for _, kind := range []faults.Kind{faults.DisconnectAgent, faults.CutOffInstance} {
		if act, found := phrase.LastFault(q.ActsOn(c.ARN), kind); found && q.Lasts(act) {
			q.because(a, q.Now, kind, c.ARN)
		}
	}
	return true
}
