package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// executionResources are what the containers of a task refer to, which is read with the
// execution role before the first of them is made: secrets, environment files, and logins of
// registries. Values are
// kept here alone, until the work on the task is done: a container that restarts has what it
// had, and one that is made later has what there is then.
// Source: ECS developer guide, sensitive data; recorded answers.
type executionResources struct {
	wanted      bool // a container refers to something
	taskNetwork bool // they are read over the task's network: on Fargate
	read        bool
	of          map[string]containerResources // by container
}

// containerResources are those of a container.
type containerResources struct {
	files, secrets []types.KeyValuePair
	logOptions     map[string]string
	registry       *backend.RegistryAuth // nil if it has none
}

// refers reports whether a container refers to something.
func refers(d *types.ContainerDefinition) bool {
	return d.RepositoryCredentials != nil || len(d.Secrets) > 0 || len(d.EnvironmentFiles) > 0 || len(secretOptions(d)) > 0
}

func secretOptions(d *types.ContainerDefinition) []types.Secret {
	if d.LogConfiguration == nil {
		return nil
	}
	return d.LogConfiguration.SecretOptions
}

// theResources stand for all of them where a container's index is wanted. They come behind
// the volumes.
func (v *view) theResources() int { return theVolume(len(v.volumes)) }

// setResources says whether the task has any. Its volumes are known.
func (v *view) setResources(taskNetwork bool) {
	if v.resources.wanted = slices.ContainsFunc(v.definitions, func(d types.ContainerDefinition) bool { return refers(&d) }); v.resources.wanted {
		v.resources.taskNetwork = taskNetwork
		v.notes = append(v.notes, note{})
	}
}

// planResources asks for what a container is still to be created with.
func (v *view) planResources(add func(verb verb, subject int, why string)) {
	r := &v.resources
	if !r.wanted || r.read || r.taskNetwork && v.sandbox != sandboxRunning {
		return
	}
	for i := range v.definitions {
		phase := v.status.Containers[i].Phase
		if (phase == state.ContainerNone || phase == state.ContainerPulled) && refers(&v.definitions[i]) {
			add(readResources, v.theResources(), "")
			return
		}
	}
}

// hasResources reports whether what a container refers to has been read. On Fargate no
// container is made before all of it has been.
func (v *view) hasResources(container int) bool {
	r := &v.resources
	if !r.wanted || r.read {
		return true
	}
	if !r.taskNetwork {
		return !refers(&v.definitions[container])
	}
	return !slices.ContainsFunc(v.definitions, func(d types.ContainerDefinition) bool {
		c := v.container(aws.ToString(d.Name))
		return refers(&d) && (c.Phase == state.ContainerNone || c.Phase == state.ContainerPulled)
	})
}

// readingResources reports whether they are being read.
func (v *view) readingResources() bool { return v.resources.wanted && v.about(v.theResources()).busy }

// resourceTimeout bounds the reading. Its length is the emulator's own.
const resourceTimeout = 30 * time.Second

// readResources reads all that the containers refer to.
func (w *work) readResources() run {
	h, t, definitions, subject := w.host, w.task, w.view.definitions, w.view.theResources()
	return func(ctx context.Context) func() {
		read, late, err := enginecall.Until(ctx, resourceTimeout, func(ctx context.Context) (map[string]containerResources, error) {
			return readAll(ctx, h.agent.Secrets, t, definitions)
		})
		if late && err != nil {
			err = fmt.Errorf("there was no answer within %s", resourceTimeout)
		}
		return func() {
			delete(w.cuts, subject)
			switch {
			case err == nil:
				w.view.resources.read, w.view.resources.of = true, read
			case errors.Is(err, context.Canceled): // the task ends meanwhile
			default:
				why := resourceFailed(t, err)
				h.agent.Log.Warn("cannot read the secrets or environment files of a task", "task", t.ARN, "reason", why)
				w.executionStopped(h.agent.Clock.Now())
				w.fail(why)
			}
		}
	}
}

// withResources is a definition with what the container refers to in its environment and in
// the options of its log driver. Files give way to the environment, which gives way to
// secrets. Source: ECS API reference, ContainerDefinition.environmentFiles; amazon-ecs-agent.
func (w *work) withResources(d *types.ContainerDefinition) *types.ContainerDefinition {
	r, found := w.view.resources.of[aws.ToString(d.Name)]
	if !found {
		return d
	}
	full := *d
	full.Environment = over(r.secrets, over(d.Environment, r.files))
	if len(r.logOptions) > 0 {
		log := *d.LogConfiguration
		log.Options = maps.Clone(log.Options)
		if log.Options == nil {
			log.Options = map[string]string{}
		}
		maps.Copy(log.Options, r.logOptions)
		full.LogConfiguration = &log
	}
	return &full
}

// reading is the reading of a task's resources: each parameter and each version of a secret
// once, however many containers refer to it.
type reading struct {
	source     SecretSource
	task       *state.Task
	parameters map[string]map[string]string // values by region and name
	secrets    map[secretReference]SecretValue
}

func readAll(ctx context.Context, source SecretSource, t *state.Task, definitions []types.ContainerDefinition) (map[string]containerResources, error) {
	if source == nil {
		return nil, errors.New("read secrets and environment files: the agent has no SecretSource")
	}
	r := &reading{source: source, task: t, secrets: map[secretReference]SecretValue{}}
	if err := r.readParameters(ctx, definitions); err != nil {
		return nil, err
	}
	all := map[string]containerResources{}
	for i := range definitions {
		d := &definitions[i]
		if !refers(d) {
			continue
		}
		var c containerResources
		var err error
		if c.registry, err = r.registryAuth(ctx, d); err != nil {
			return nil, err
		}
		err = r.values(ctx, d.Secrets, func(name, value string) {
			c.secrets = append(c.secrets, types.KeyValuePair{Name: &name, Value: &value})
		})
		if err != nil {
			return nil, err
		}
		c.logOptions = map[string]string{}
		if err := r.values(ctx, secretOptions(d), func(name, value string) { c.logOptions[name] = value }); err != nil {
			return nil, err
		}
		if c.files, err = r.files(ctx, d.EnvironmentFiles); err != nil {
			return nil, err
		}
		all[aws.ToString(d.Name)] = c
	}
	return all, nil
}

// readParameters reads all parameters, region by region.
func (r *reading) readParameters(ctx context.Context, definitions []types.ContainerDefinition) error {
	asked := map[string][]string{}
	names := map[string]string{}
	for i := range definitions {
		for _, s := range slices.Concat(definitions[i].Secrets, secretOptions(&definitions[i])) {
			of, err := parseSecret(aws.ToString(s.ValueFrom), r.task.Scope())
			if err == nil && of.secret == "" && !slices.Contains(asked[of.region], of.parameter) {
				asked[of.region], names[of.parameter] = append(asked[of.region], of.parameter), of.name
			}
		}
	}
	r.parameters = map[string]map[string]string{}
	for _, region := range slices.Sorted(maps.Keys(asked)) {
		values, invalid, err := r.source.Parameters(ctx, r.task, region, asked[region])
		if err != nil {
			return parametersFailed(region, err)
		}
		if len(invalid) > 0 {
			for i := range invalid {
				invalid[i] = cmp.Or(names[invalid[i]], invalid[i])
			}
			return parametersInvalid(region, invalid)
		}
		r.parameters[region] = values
	}
	return nil
}

// values hands over the values of secrets.
func (r *reading) values(ctx context.Context, secrets []types.Secret, take func(name, value string)) error {
	for _, s := range secrets {
		value, err := r.value(ctx, aws.ToString(s.ValueFrom), r.task.Scope())
		if err != nil {
			return err
		}
		take(aws.ToString(s.Name), value)
	}
	return nil
}

func (r *reading) value(ctx context.Context, valueFrom string, scope arn.Scope) (string, error) {
	of, err := parseSecret(valueFrom, scope)
	if err != nil {
		return "", secretUnusable(of, "trying to retrieve secret with value "+valueFrom+" from ASM: "+err.Error())
	}
	if of.secret == "" {
		return r.parameters[of.region][of.parameter], nil
	}
	content, err := r.secret(ctx, of)
	if err != nil {
		return "", secretFailed(of, err)
	}
	return of.part(content)
}

// secret reads a version of a secret.
func (r *reading) secret(ctx context.Context, of secretReference) (content SecretValue, err error) {
	of.key = ""
	content, known := r.secrets[of]
	if known {
		return content, nil
	}
	if content, err = r.source.Secret(ctx, r.task, of.region, of.secret, of.version, of.stage); err == nil {
		r.secrets[of] = content
	}
	return content, err
}

// part is what a reference means of a secret. What is no text, such as the port of a database,
// is as Go prints it: so the container agent does, and Fargate, whose refusals are the agent's
// words, was not seen refusing it. Only texts can be in an environment, and the words for a
// secret that is binary are the emulator's own. Which JSON there is instead, the words do not tell: AWS
// names the first character.
// Source: ECS developer guide, secrets from Secrets Manager; amazon-ecs-agent.
func (of secretReference) part(content SecretValue) (string, error) {
	if content.Binary {
		return "", secretUnusable(of, "secret "+of.secret+" is binary, and only text can be in an environment")
	}
	if of.key == "" {
		return content.Text, nil
	}
	var members map[string]any
	if json.Unmarshal([]byte(content.Text), &members) != nil {
		return "", secretUnusable(of, "secret "+of.secret+" is no JSON object")
	}
	value, found := members[of.key]
	if !found {
		return "", secretUnusable(of, "retrieved secret from Secrets Manager did not contain json key "+of.key)
	}
	return fmt.Sprint(value), nil
}

// files reads environment files; the first that has a name decides.
func (r *reading) files(ctx context.Context, files []types.EnvironmentFile) (variables []types.KeyValuePair, err error) {
	for _, f := range files {
		bucket, key := bucketAndKey(aws.ToString(f.Value))
		if !strings.HasSuffix(key, ".env") {
			// Source of the rule: ECS developer guide, environment files; the words are the
			// emulator's own.
			return nil, fileFailed(bucket, key, fmt.Errorf("the name of an environment file ends in .env, and %s does not", key))
		}
		content, err := r.source.Object(ctx, r.task, bucket, key)
		if err != nil {
			return nil, fileFailed(bucket, key, err)
		}
		variables = over(variables, lastOfEach(parseEnvironmentFile(content)))
	}
	return variables, nil
}
