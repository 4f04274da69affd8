package taskcause

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// troubles are why a task could not start. Troubles after its end have ended nothing, nor have troubles of containers without which
// it runs.
func (q *question) troubles() {
	var ending []state.Trouble
	for _, t := range q.t.Status.Troubles {
		if q.t.Stop == nil || !t.At.After(q.t.Stop.At) {
			ending = append(ending, t)
		}
	}
	for _, t := range ending {
		if q.dispensable(t.Container) && slices.ContainsFunc(ending, func(other state.Trouble) bool { return !q.dispensable(other.Container) }) &&
			!slices.ContainsFunc(ending, func(other state.Trouble) bool {
				return other.Kind == state.TroubleDependency && other.Subject == t.Container
			}) {
			continue
		}
		if act, injected := q.injected(t); injected {
			q.fault(act, troubled(t))
			continue
		}
		q.trouble(t)
	}
}

// dispensable reports whether a task runs on without a container: one that is known not to be essential.
func (q *question) dispensable(container string) bool {
	d := q.definition(container)
	return d != nil && !taskdef.Essential(d)
}

// trouble adds the answer that follows from a trouble.
func (q *question) trouble(t state.Trouble) {
	seen := []why.Evidence{q.reason()}
	if t.Text != "" {
		seen = append(seen, noted(t.At, "%s: %s", cmp.Or(t.Container, t.Subject, "task"), t.Text))
	}
	switch t.Kind {
	case state.TroubleImageMissing, state.TroubleImagePlatform, state.TroublePull:
		q.image(t, seen)
	case state.TroubleSecret, state.TroubleFile, state.TroubleLog, state.TroubleRole:
		q.need(t, seen)
	case state.TroubleDependency:
		q.dependency(t, seen)
	case state.TroubleVolume:
		q.say(why.VolumeFailed, fmt.Sprintf("volume %s cannot be mounted: %s", t.Subject, oneLine(t.Text)),
			"Correct the volume in "+q.revision()+", or make what it names.", seen...)
	case state.TroubleInterface:
		q.withoutInterface(t, seen)
	case state.TroubleSandbox:
		q.say(why.Removed, "its sandbox, which has its network, "+oneLine(t.Text)+" on the container engine; ECS did not ask for that",
			"Leave the emulator's containers to it.", seen...)
	default:
		if strings.Contains(t.Text, formatError) {
			q.say(why.ImagePlatform, fmt.Sprintf("container %s cannot start: %s; probably its image is for another platform, or its program is a script that names no interpreter",
				t.Container, oneLine(t.Text)), "Build the image for the platform of the task, or see to the first line of the script.", seen...)
			return
		}
		q.say(why.StartFailed, fmt.Sprintf("%s cannot start: %s", containerOr(t, "the task"), oneLine(t.Text)),
			"Correct container "+t.Container+" in "+q.revision()+".", seen...)
	}
}

// troubled says of a trouble what a fault has led to.
func troubled(t state.Trouble) string {
	if t.Kind == state.TroubleStart {
		return fmt.Sprintf("container %s cannot start: %s", t.Container, oneLine(t.Text))
	}
	return fmt.Sprintf("image %s of container %s cannot be pulled: %s", t.Subject, t.Container, oneLine(t.Text))
}

func containerOr(t state.Trouble, other string) string {
	if t.Container == "" {
		return other
	}
	return "container " + t.Container
}

// dependency is of a container that waits for what cannot be.
func (q *question) dependency(t state.Trouble, seen []why.Evidence) {
	if t.Subject == "" {
		q.say(why.DependencyFailed, cmp.Or(t.Text, "a container waits for what cannot be"),
			"Take one of the dependencies out of "+q.revision()+".", seen...)
		return
	}
	seen = append(seen, noted(t.At, "container %s depends on %s: %s; %s %s", t.Container, t.Subject, t.Wanted, t.Subject, t.Has))
	q.say(why.DependencyFailed,
		fmt.Sprintf("container %s waits for container %s to be %s, which cannot be: %s %s", t.Container, t.Subject, t.Wanted, t.Subject, t.Has),
		"Look at container "+t.Subject+", or correct dependsOn in "+q.revision()+".", seen...)
	last := &q.answers[len(q.answers)-1]
	if c := q.t.Status.Container(t.Subject); c != nil && c.ExitCode != nil && selfEnded(c) {
		last.Because = append(last.Because, q.exit(c)...)
	}
}

// withoutInterface is of a task that got no address.
func (q *question) withoutInterface(t state.Trouble, seen []why.Evidence) {
	switch t.Code {
	case "subnet-full":
		a := q.say(why.NoCapacity, fmt.Sprintf("subnet %s has no free IP address for its network interface", t.Subject),
			"Free some, or give the service another subnet.", seen...)
		q.because(a, t.At, "subnet-full", q.t.ARN)
	case "no-capacity":
		q.say(why.NoCapacity, "the container engine takes no more tasks: "+oneLine(t.Text), "Stop other tasks.", seen...)
	default:
		q.say(why.StartFailed, "its network interface cannot be made: "+oneLine(t.Text), "", seen...)
	}
}

// need is of what containers refer to and lack, or may not read.
func (q *question) need(t state.Trouble, seen []why.Evidence) {
	whose, names := q.needing(t), t.Subject
	if t.Kind == state.TroubleRole {
		q.refused(t, whose, seen)
		return
	}
	what := map[state.TroubleKind]string{
		state.TroubleSecret: "secret or parameter", state.TroubleFile: "environment file", state.TroubleLog: "log group",
	}[t.Kind]
	cause := why.Cause(t.Kind)
	lacks := t.Text == "" || strings.Contains(t.Code, "NotFound") || t.Code == "NoSuchKey" || t.Code == "NoSuchBucket" || t.Text == t.Subject
	if lacks || strings.Contains(t.Text, "invalid parameters:") {
		q.say(cause, fmt.Sprintf("%s needs %s %s, which does not exist", whose, what, names),
			fmt.Sprintf("Make %s, or correct its name in %s.", names, q.revision()), seen...)
		return
	}
	q.say(cause, fmt.Sprintf("%s needs %s %s, which cannot be used: %s", whose, what, names, oneLine(t.Text)),
		"Correct it, or what "+q.revision()+" says of it.", seen...)
}

// refused is of a role that may not read what containers need.
func (q *question) refused(t state.Trouble, whose string, seen []why.Evidence) {
	text := fmt.Sprintf("%s needs %s, which the task's role may not have: %s", whose, cmp.Or(t.Subject, "its image"), oneLine(t.Text))
	q.say(why.RoleRefused, text, "Let the policies of the execution role of "+q.revision()+" allow it, or give it such a role.", seen...)
}

// needing are the containers that refer to the subject of a trouble.
func (q *question) needing(t state.Trouble) string {
	if t.Container != "" {
		return "container " + t.Container
	}
	var names []string
	for i := range q.definitions {
		c := &q.definitions[i]
		for subject := range strings.SplitSeq(t.Subject, ",") {
			if name := aws.ToString(c.Name); refers(c, subject) && (len(names) == 0 || names[len(names)-1] != name) {
				names = append(names, name)
			}
		}
	}
	switch len(names) {
	case 0:
		return "the task"
	case 1:
		return "container " + names[0]
	}
	return "each of containers " + listed(names)
}

// refers reports whether a container names a secret, a parameter or an object.
func refers(c *types.ContainerDefinition, subject string) bool {
	var all []string
	for _, s := range c.Secrets {
		all = append(all, aws.ToString(s.ValueFrom))
	}
	if c.LogConfiguration != nil {
		for _, s := range c.LogConfiguration.SecretOptions {
			all = append(all, aws.ToString(s.ValueFrom))
		}
	}
	for _, f := range c.EnvironmentFiles {
		all = append(all, aws.ToString(f.Value))
	}
	if c.RepositoryCredentials != nil {
		all = append(all, aws.ToString(c.RepositoryCredentials.CredentialsParameter))
	}
	for _, name := range all {
		_, parameter, _ := strings.Cut(name, ":parameter")
		if name == subject || strings.HasPrefix(name, subject+":") || strings.HasSuffix(name, ":"+subject) ||
			subject != "" && strings.TrimPrefix(parameter, "/") == strings.TrimPrefix(subject, "/") {
			return true
		}
	}
	return false
}
