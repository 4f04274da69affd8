package placecause

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// Explain says why there is no place: an instance that is on its way, a capacity provider that has none, or what the
// instances lack. Several may be true at a time. Without an answer there is a place.
func (s Search) Explain(f *why.Facts, subject string) (answers []why.Answer) {
	lack, lacks := s.Instances(f, subject)
	if !lacks {
		return nil
	}
	answers = s.launching(f, subject)
	answers = append(answers, s.group(f, subject, len(answers) > 0)...)
	if len(answers) == 0 {
		return []why.Answer{lack}
	}
	lack, _ = s.Instances(f, "there is no place now")
	for i := range answers {
		answers[i].Because = append(answers[i].Because, lack)
	}
	return answers
}

// group is what keeps the Auto Scaling group of the capacity provider from more instances. Its maximum does not while one is on
// its way.
func (s Search) group(f *why.Facts, subject string, launching bool) (answers []why.Answer) {
	if s.Provider == "" {
		return nil
	}
	p := capacityprovider.Providers.Find(f.Tx, s.Cluster.Scope(), s.Provider)
	if p == nil {
		return nil
	}
	g := capacityprovider.Group(f.Tx, p)
	if g == nil {
		return nil
	}
	size := why.Evidence{At: f.Now, Text: fmt.Sprintf("Auto Scaling group %s: minimum %d, desired %d, maximum %d", g.Name, g.Min, g.Desired, g.Max)}
	if !launching && p.Scales() && g.Desired >= g.Max && len(autoscaling.Members.List(f.Tx, g)) >= int(g.Max) {
		answers = append(answers, why.Answer{
			Cause:    why.ProviderAtMaximum,
			Sentence: fmt.Sprintf("%s: capacity provider %s cannot get another instance, as its Auto Scaling group %s is at its maximum of %d.", phrase.Upper(subject), p.Name, g.Name, g.Max),
			Next:     "Raise the maximum of the group, or have the tasks ask for less.",
			Evidence: []why.Evidence{size},
		})
	}
	if failed := failedLaunch(f, g); failed != nil {
		answers = append(answers, why.Answer{
			Cause: why.LaunchFailed, At: failed.StartTime,
			Sentence: fmt.Sprintf("%s: Auto Scaling group %s of capacity provider %s failed to launch an instance at %s: %s",
				phrase.Upper(subject), g.Name, p.Name, phrase.Time(f.Now, failed.StartTime), phrase.Stop(failed.StatusMessage)),
			Next:     "Correct what the message names; the group tries again by itself.",
			Evidence: []why.Evidence{size, {At: failed.StartTime, Text: failed.Description + " " + failed.StatusMessage}},
		})
	}
	return answers
}

// failedLaunch is the last activity of a group, if it has failed.
func failedLaunch(f *why.Facts, g *autoscaling.Group) *autoscaling.Activity {
	if g.Failures == 0 {
		return nil
	}
	for _, a := range autoscaling.Activities(f.Tx, g.Scope, g.Name) {
		if a.Status == types.ScalingActivityStatusCodeFailed {
			return a
		}
	}
	return nil
}

// launching are the instances that are on their way to the cluster, of the capacity provider if there is one.
func (s Search) launching(f *why.Facts, subject string) (answers []why.Answer) {
	for _, key := range ec2.InstancesToJoin(f.Tx, s.Cluster.ARN) {
		i := ec2.InstanceByKey(f.Tx, key)
		if s.External || i == nil || i.Wanted != ec2types.InstanceStateNameRunning || s.Provider != "" && s.providerOf(f, i) != s.Provider {
			continue
		}
		since := i.LaunchAt
		answers = append(answers, why.Answer{
			Cause: why.InstanceLaunching, At: since,
			Sentence: fmt.Sprintf("%s: instance %s (%s) has been on its way since %s, and is %s; its agent has not registered it yet.",
				phrase.Upper(subject), i.ID, i.Type, phrase.Time(f.Now, since), i.State()),
			Next:     "Wait for it; look at its user data, its role and your quotas if it does not join.",
			Evidence: []why.Evidence{{At: since, Text: fmt.Sprintf("instance %s was launched in %s for cluster %s, and is %s", i.ID, i.Zone, s.Cluster.Name, i.State())}},
		})
		if len(answers) == 3 {
			break
		}
	}
	return answers
}

func (s Search) providerOf(f *why.Facts, i *ec2.Instance) string {
	if row := managed.Find(f.Tx, i.Scope, i.ID); row != nil {
		return arn.Name(row.Provider)
	}
	return capacityprovider.OfGroup(f.Tx, s.Cluster, i.Group)
}

// Waiting says why a task waits that is PROVISIONING without a place.
func Waiting(f *why.Facts, t *state.Task) []why.Answer {
	if t.WaitsForEngine() {
		return []why.Answer{forEngine(f, t)}
	}
	subject := fmt.Sprintf("%s waits since %s for a container instance of capacity provider %s",
		phrase.TaskOf(t), phrase.Time(f.Now, t.Spec.CreatedAt), t.Placement.CapacityProvider)
	reason := why.Evidence{Text: "ECS: " + t.Placement.Waiting.Reason}
	search := OfTask(f.Tx, t)
	if search == nil {
		gone, next := "none of its subnets exists any more", "Stop it, and run it with subnets that exist."
		if taskdefinition.Find(f.Tx, t.Scope(), t.Spec.Family, t.Spec.Revision) == nil {
			gone, next = "its task definition does not exist any more", "Stop it, and run it with one that exists."
		}
		return []why.Answer{{
			Cause: why.PlacementConstraint, At: t.Spec.CreatedAt,
			Sentence: phrase.Upper(subject) + ": " + gone + ".", Next: next, Evidence: []why.Evidence{reason},
		}}
	}
	answers := search.Explain(f, subject)
	if len(answers) == 0 {
		answers = []why.Answer{{
			Cause: why.Starting, Sentence: phrase.Upper(subject) + ": one has room now.", Next: "Wait a moment.",
		}}
	}
	end := t.Spec.CreatedAt.Add(state.WaitsAtMost)
	until := why.Evidence{At: t.Spec.CreatedAt, Text: "it waits at most until " + phrase.Time(f.Now, end)}
	for i := range answers {
		answers[i].At = t.Spec.CreatedAt
		answers[i].Evidence = append(answers[i].Evidence, reason, until)
	}
	return answers
}
