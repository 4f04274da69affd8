package agent

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

const atECR = "000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1"

// push puts an image into the repository app, under the tag 1.
func (b *bench) push(letter string) {
	b.Helper()
	b.pushAs(letter, "1")
}

func (b *bench) pushAs(letter, tag string) {
	b.Helper()
	err := b.store.Update(func(tx *store.Tx) error {
		r := ecr.Repositories.Find(tx, scope, "app")
		if r == nil {
			r = &ecr.Repository{Scope: scope, Name: "app"}
		}
		_, err := ecr.Push(tx, r, digestNamed(letter), &ecr.Manifest{}, tag, b.clock.Now())
		return err
	})
	b.expect("error", err, error(nil))
}

// imageOfATask runs a task and returns the digest of its image.
func (b *bench) imageOfATask(image string) string {
	b.Helper()
	task := b.task(b.run(imageOf("web", image)))
	b.expect("status", task.Status.LastStatus, state.Running)
	return task.Status.Containers[0].ImageDigest
}

// withRegistry starts the agent with the emulator's registry, which has the repository app.
func withRegistry(t *testing.T, registry imagepull.Registry, f func(b *bench)) {
	t.Helper()
	withAgent(t, func(b *bench) {
		b.stop()
		registry.Home, registry.Hosts = scope, func() []string { return []string{"127.0.0.1:4577"} }
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Registry: &registry, Hosts: []HostOptions{{Engine: b.engine}},
		}))
		b.push("a")
		f(b)
	})
}

func TestTasksRunWhatWasPushed(t *testing.T) {
	withRegistry(t, imagepull.Registry{}, func(b *bench) {
		b.expect("by AWS's name", b.imageOfATask(atECR), digestNamed("a"))
		b.push("b")
		b.expect("when it was pushed again", b.imageOfATask(atECR), digestNamed("b"))
		b.expect("by the name of the loopback address", b.imageOfATask("127.0.0.1:4577/app:1"), digestNamed("b"))
		b.expect("by digest", b.imageOfATask(strings.TrimSuffix(atECR, ":1")+"@"+digestNamed("a")), digestNamed("a"))
	})
}

// Source: ECR-31.
func TestATagThatIsNotInItsRepository(t *testing.T) {
	missing := strings.Replace(atECR, ":1", ":2", 1)
	for name, strict := range map[string]bool{"strict": true, "lenient": false} {
		t.Run(name, func(t *testing.T) {
			withRegistry(t, imagepull.Registry{Strict: strict}, func(b *bench) {
				task := b.task(b.run(imageOf("web", missing)))
				want := "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref " + missing + ": " + missing + ": not found"
				b.expect("reason", task.Stop.Reason, want)
				b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: missing}), error(nil))
				task = b.task(b.run(imageOf("web", missing)))
				if strict {
					b.expect("reason", task.Stop.Reason, want)
				} else {
					b.expect("status", task.Status.LastStatus, state.Running)
				}
			})
		})
	}
}

// On instances the reason is the engine's.
func TestATagThatIsNotThereOnAnInstance(t *testing.T) {
	withRegistry(t, imagepull.Registry{}, func(b *bench) {
		task := b.task(b.runAt(b.instance(), "bridge", imageOf("web", "127.0.0.1:4577/app:2")))
		want := "CannotPullImageManifestError: Error response from daemon: manifest for 127.0.0.1:4577/app:2 not found: manifest unknown: Requested image not found"
		b.expect("reason", task.Status.Containers[0].Reason, want)
	})
}

// Each task of a revision runs the image that the tag had for the first one, which is here already.
func TestARevisionKeepsWhatATagOfECRStoodFor(t *testing.T) {
	withRegistry(t, imagepull.Registry{}, func(b *bench) {
		b.expect("here", b.imageOfATask(atECR), digestNamed("a"))
		b.service = scope.Service("default", "web")
		b.store.Update(func(tx *store.Tx) error {
			s := &state.Service{ARN: b.service, Name: "web", ClusterARN: scope.Cluster("default")}
			s.Deployments = []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{}}}}
			state.PutService(tx, s)
			return nil
		})
		b.deployment = "ecs-svc/1"
		b.expect("the first", b.imageOfATask(atECR), digestNamed("a"))
		b.push("b")
		b.expect("the second", b.imageOfATask(atECR), digestNamed("a"))
		b.store.Update(func(tx *store.Tx) error {
			r := ecr.Repositories.Find(tx, scope, "app")
			ecr.Delete(tx, r, ecr.Images.Find(tx, r, digestNamed("a")), b.clock.Now())
			return nil
		})
		task := b.task(b.run(imageOf("web", atECR)))
		host, _, _ := strings.Cut(atECR, "/")
		b.expect("reason", task.Stop.Reason, "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "+atECR+"@"+digestNamed("a")+
			": unexpected status from HEAD request to https://"+host+"/v2/app/blobs/"+digestNamed("a")+": 403 Forbidden")
	})
}

// An engine is told to pull from the loopback address, with the login of the task, and to call the image as its definition does.
func TestEnginesPullFromTheRegistryWithALogin(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &realEngine{Engine: b.engine}
		registry := &imagepull.Registry{Home: scope, Hosts: func() []string { return []string{"127.0.0.1:4577"} }}
		registry.Login = func(_ context.Context, task *state.Task) (*backend.RegistryAuth, error) {
			return &backend.RegistryAuth{Username: "AWS", Password: task.Spec.Family}, nil
		}
		b.runAgent(New(Options{Store: b.store, Clock: b.clock, Registry: registry, Hosts: []HostOptions{{Engine: engine}}}))
		b.push("a")
		b.expect("digest", b.imageOfATask(atECR), digestNamed("a"))
		b.expect("digest of a second task", b.imageOfATask(atECR), digestNamed("a"))
		login := &backend.RegistryAuth{Username: "AWS", Password: "web"}
		b.expect("containers", engine.made, []string{engine.pulls[0].Ref, engine.pulls[0].Ref})
		b.expect("pulls", engine.pulls, []backend.PullSpec{{Ref: "127.0.0.1:4577/app@" + digestNamed("a"), Named: atECR, Tag: atECR, Auth: login}})
		registry.Login = func(context.Context, *state.Task) (*backend.RegistryAuth, error) { return nil, errors.New("no login") }
		b.push("b")
		task := b.task(b.run(imageOf("web", atECR)))
		if !strings.HasSuffix(task.Stop.Reason, "failed to resolve ref "+atECR+": no login") {
			b.Errorf("reason %q", task.Stop.Reason)
		}
	})
}

// Source: field reports of tasks whose role may not do so.
func TestALoginThatIsRefused(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		registry := &imagepull.Registry{Home: scope, Hosts: func() []string { return []string{"127.0.0.1:4577"} }}
		registry.Login = func(context.Context, *state.Task) (*backend.RegistryAuth, error) {
			return nil, &imagepull.LoginError{Err: errors.New("AccessDeniedException: why")}
		}
		b.runAgent(New(Options{Store: b.store, Clock: b.clock, Registry: registry, Hosts: []HostOptions{{Engine: &realEngine{Engine: b.engine}}}}))
		b.push("a")
		b.expect("reason on Fargate", b.task(b.run(imageOf("web", atECR))).Stop.Reason,
			"ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "+
				"unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: why")
		task := b.task(b.runAt(b.instance(), "bridge", imageOf("web", atECR)))
		b.expect("reason on an instance", task.Status.Containers[0].Reason, "CannotPullECRContainerError: AccessDeniedException: why")
	})
}

// A build that has the name and was not pushed yet keeps it. With containerd's image store it has a digest of that name.
func TestATagOfTheUserIsNotMoved(t *testing.T) {
	const loopback = "127.0.0.1:4577/app:1"
	for name, built := range map[string][]string{atECR: nil, loopback: {"127.0.0.1:4577/app@" + digestNamed("c")}} {
		withAgent(t, func(b *bench) {
			b.stop()
			engine := &realEngine{Engine: b.engine, built: built}
			registry := &imagepull.Registry{Home: scope, Hosts: func() []string { return []string{"127.0.0.1:4577"} }}
			registry.Login = func(context.Context, *state.Task) (*backend.RegistryAuth, error) { return nil, nil }
			b.runAgent(New(Options{Store: b.store, Clock: b.clock, Registry: registry, Hosts: []HostOptions{{Engine: engine}}}))
			b.push("a")
			b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: name}), error(nil))
			b.expect("digest", b.imageOfATask(name), digestNamed("a"))
			b.expect("pulls of "+name, engine.pulls, []backend.PullSpec{{Ref: "127.0.0.1:4577/app@" + digestNamed("a"), Named: name}})
		})
	}
}

// A rule of faults knows an image by the name in its definition, under whatever name the engine pulls it and has it.
func TestAFaultOfThePullOfAnImageInTheRegistry(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		for name, engine := range map[string]backend.Engine{"real": &realEngine{Engine: b.engine}, "simulated": b.engine} {
			faulty := fault.New(engine, fault.Options{})
			registry := &imagepull.Registry{Home: scope, Hosts: func() []string { return []string{"127.0.0.1:4577"} }}
			registry.Login = func(context.Context, *state.Task) (*backend.RegistryAuth, error) { return nil, nil }
			b.runAgent(New(Options{Store: b.store, Clock: b.clock, Registry: registry, Hosts: []HostOptions{{Engine: faulty}}}))
			b.push("a")
			b.expect("before, "+name, b.imageOfATask(atECR), digestNamed("a"))
			if _, err := faulty.AddRule(fault.Rule{Call: fault.Pull, Image: atECR, Error: "toomanyrequests", Times: 1}); err != nil {
				b.Fatal(err)
			}
			task := b.task(b.run(imageOf("web", atECR)))
			if !strings.HasSuffix(task.Stop.Reason, "toomanyrequests") {
				b.Errorf("%s: reason %q", name, task.Stop.Reason)
			}
			b.expect("afterwards, "+name, b.imageOfATask(atECR), digestNamed("a"))
			b.stop()
		}
	})
}

// A task whose repository lacks the tag pulls nothing: a rule about pulls is left for one that does.
func TestAFaultOfAPullThatIsNotMade(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		faulty := fault.New(b.engine, fault.Options{})
		registry := &imagepull.Registry{Home: scope, Hosts: func() []string { return []string{"127.0.0.1:4577"} }}
		b.runAgent(New(Options{Store: b.store, Clock: b.clock, Registry: registry, Hosts: []HostOptions{{Engine: faulty}}}))
		b.push("a")
		missing := strings.Replace(atECR, ":1", ":2", 1)
		if _, err := faulty.AddRule(fault.Rule{Call: fault.Pull, Image: missing, Error: "toomanyrequests", Times: 1}); err != nil {
			b.Fatal(err)
		}
		b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: missing}), error(nil))
		b.expect("status with the local image", b.task(b.run(imageOf("web", missing))).Status.LastStatus, state.Running)
		b.pushAs("b", "2")
		if task := b.task(b.run(imageOf("web", missing))); !strings.HasSuffix(task.Stop.Reason, "toomanyrequests") {
			b.Errorf("reason %q", task.Stop.Reason)
		}
		b.expect("afterwards", b.imageOfATask(missing), digestNamed("b"))
	})
}
