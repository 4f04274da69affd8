package bench_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/pkg/authconfig"
	dockerregistry "github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// startWithRepository starts an emulator on Docker with a repository that no other benchmark uses. Its images go from the
// engine when the benchmark has ended, and its tasks before them.
func startWithRepository(b *testing.B) (w *world, repository string) {
	b.Helper()
	cli := dockertest.Client(b)
	repository = strings.ToLower(dockertest.Owner())
	b.Cleanup(func() {
		list, _ := cli.ImageList(context.Background(), client.ImageListOptions{})
		for _, image := range list.Items {
			for _, name := range slices.Concat(image.RepoTags, image.RepoDigests) {
				if strings.Contains(name, "/"+repository+":") || strings.Contains(name, "/"+repository+"@") {
					_, _ = cli.ImageRemove(context.Background(), name, client.ImageRemoveOptions{})
				}
			}
		}
	})
	w = startOnDocker(b, emulator.Options{})
	w.post("AmazonEC2ContainerRegistry_V20150921.CreateRepository", fmt.Sprintf(`{"repositoryName": %q}`, repository))
	return w, repository
}

// pushImage has the engine push an image to a repository, and returns its name there and in task definitions.
func (w *world) pushImage(image, repository, tag string) (there, named string) {
	w.Helper()
	cli := dockertest.Client(w)
	there = w.RepositoryURI(repository) + ":" + tag
	_, err := cli.ImageTag(w.Context(), client.ImageTagOptions{Source: image, Target: there})
	w.must(err)
	token, err := base64.StdEncoding.DecodeString(w.registryToken())
	w.must(err)
	user, password, _ := strings.Cut(string(token), ":")
	auth, err := authconfig.Encode(dockerregistry.AuthConfig{Username: user, Password: password})
	w.must(err)
	stream, err := cli.ImagePush(w.Context(), there, client.ImagePushOptions{RegistryAuth: auth})
	w.must(err)
	w.must(stream.Wait(w.Context()))
	return there, fmt.Sprintf("000000000000.dkr.ecr.us-east-1.amazonaws.com/%s:%s", repository, tag)
}

// ofImage has the container sleep, in an image.
func ofImage(w *world, image string) func(*ecs.RegisterTaskDefinitionInput) {
	sleeps := running(w, "sleep", "1h")
	return func(in *ecs.RegisterTaskDefinitionInput) {
		sleeps(in)
		in.ContainerDefinitions[0].Image, in.ExecutionRoleArn = &image, aws.String("arn:aws:iam::000000000000:role/execution")
	}
}

// BenchmarkGoalTaskOfARepository runs tasks of an image by its name in a repository, and by turns by its local one. The engine
// has it under both.
func BenchmarkGoalTaskOfARepository(b *testing.B) {
	const times = 20
	for b.Loop() {
		w, repository := startWithRepository(b)
		local := dockertest.Image(b)
		_, named := w.pushImage(local, repository, "1")
		w.register("pushed", ofImage(w, named))
		w.register("local", ofImage(w, local))
		took, turns, awaitWarm := map[string][]time.Duration{}, []string{"pushed", "local"}, w.warmUp("pushed")
		for round := range times + 1 {
			for _, family := range turns {
				awaitWarm()
				task, one := w.runTask(family)
				w.endTask(task)
				if round > 0 {
					took[family] = append(took[family], one)
				}
			}
			slices.Reverse(turns) // what comes first may be faster
		}
		b.ReportMetric(percentile(took["pushed"], 50)-percentile(took["local"], 50), "ms-more≤10")
	}
}

// pushNew pushes an image with 20 MiB of random bytes, and has the engine forget it.
func (w *world) pushNew(b *testing.B, repository, tag string) (named string) {
	w.Helper()
	content, random := make([]byte, 20<<20), filepath.Join(b.TempDir(), "random")
	_, _ = rand.Read(content) // it returns no error
	w.must(os.WriteFile(random, content, 0o600))
	image := dockertest.ImageWith(b, "ecs-emulator/"+repository, dockertest.Program{Path: "/random", File: random})
	there, named := w.pushImage(image, repository, tag)
	for _, name := range []string{there, image} {
		_, err := dockertest.Client(b).ImageRemove(b.Context(), name, client.ImageRemoveOptions{})
		w.must(err)
	}
	return named
}

// pulls are the pulls of a repository's images that the engine has ended since a time.
func (w *world) pulls(repository string, since time.Time) (n int) {
	w.Helper()
	at := func(t time.Time) string { return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond()) }
	events := dockertest.Client(w).Events(w.Context(), client.EventsListOptions{
		Since: at(since), Until: at(time.Now()), Filters: make(client.Filters).Add("type", "image").Add("event", "pull"),
	})
	for {
		select {
		case e := <-events.Messages:
			if strings.Contains(e.Actor.ID, "/"+repository+"@") {
				n++
			}
		case err := <-events.Err:
			if !errors.Is(err, io.EOF) {
				w.Fatal(err)
			}
			return n
		}
	}
}

// longestPull is the longest that one of some tasks waits for its image, after it looks for it and the first of them has it.
func (w *world) longestPull(tasks []types.Task) (longest time.Duration) {
	w.Helper()
	all := w.described(tasks)
	var first time.Time
	for _, t := range all {
		if t.PullStartedAt == nil || t.PullStoppedAt == nil {
			w.Fatalf("%s had its image without a pull", *t.TaskArn)
		}
		if first.IsZero() || t.PullStoppedAt.Before(first) {
			first = *t.PullStoppedAt
		}
	}
	for _, t := range all {
		from := *t.PullStartedAt
		if from.Before(first) {
			from = first
		}
		longest = max(longest, t.PullStoppedAt.Sub(from))
	}
	return longest
}

func (w *world) described(tasks []types.Task) []types.Task {
	w.Helper()
	var arns []string
	for _, t := range tasks {
		arns = append(arns, *t.TaskArn)
	}
	found, err := w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Tasks: arns})
	w.must(err)
	return found.Tasks
}

// endTasks stops tasks, and returns when nothing of them is left to do.
func (w *world) endTasks(tasks []types.Task) {
	w.Helper()
	for _, t := range tasks {
		w.stopTask(*t.TaskArn)
	}
	w.until("the tasks to stop", func() bool {
		return !slices.ContainsFunc(w.described(tasks), func(t types.Task) bool { return *t.LastStatus != "STOPPED" })
	})
}

// BenchmarkGoalTasksOfANewImage runs 20 tasks of an image that the engine has not, and by turns one: they share a pull. It measures
// how long a task waits for its image that another one has already, and how much later the last one runs, which is mostly the
// time in which the engine makes 20 containers.
func BenchmarkGoalTasksOfANewImage(b *testing.B) {
	const times, many, most = 3, 20, 10 // most are the tasks of one call
	for b.Loop() {
		w, repository := startWithRepository(b)
		w.register("present", running(w, "sleep", "1h"))
		pulls := 0
		var waited []time.Duration
		ran, turns, awaitWarm := map[int][]time.Duration{}, []int{1, many}, w.warmUp("present")
		for round := range times + 1 {
			for _, n := range turns {
				w.register("web", ofImage(w, w.pushNew(b, repository, fmt.Sprint(round, "-", n))))
				awaitWarm()
				began := time.Now()
				tasks := w.runTasks(min(n, most))
				if n > most {
					tasks = append(tasks, w.runTasks(n-most)...)
				}
				w.awaitRunning(n)
				took := time.Since(began)
				one := w.pulls(repository, began)
				if one == 0 {
					b.Fatalf("%d tasks of a new image run without a pull", n)
				}
				pulls = max(pulls, one)
				if n == many {
					waited = append(waited, w.longestPull(tasks))
				}
				w.endTasks(tasks)
				if round > 0 {
					ran[n] = append(ran[n], took)
				}
			}
			slices.Reverse(turns)
		}
		b.ReportMetric(float64(pulls), "pulls≤1")
		b.ReportMetric(percentile(waited, 50), "ms-of-waiting≤300")
		b.ReportMetric(percentile(ran[many], 50)-percentile(ran[1], 50), "ms-more-to-RUNNING")
	}
}
