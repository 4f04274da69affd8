package emulator_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-containerregistry/pkg/crane"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// The overview and the metrics have the repositories, and images that tasks wait for.
func TestImagesAreShown(t *testing.T) {
	engine := sim.New(sim.Options{Scripts: []sim.Rule{{Image: "*slow*", Script: sim.Script{PullDelay: time.Hour}}}})
	w := startImages(t, emulator.Options{Backend: engine, DataDir: t.TempDir()})
	w.must(crane.Push(w.image(1000), w.ref("v1"), w.login()))
	answer, err := http.Get(w.srv.URL() + "/_emulator/overview")
	w.must(err)
	defer answer.Body.Close()
	var view overview.Overview
	w.must(json.NewDecoder(answer.Body).Decode(&view))
	if len(view.Repositories) != 1 {
		t.Fatalf("%+v", view.Repositories)
	}
	got := view.Repositories[0]
	if got.Name != "web" || got.ARN != "arn:aws:ecr:us-east-1:000000000000:repository/web" || got.URI != w.srv.RepositoryURI("web") ||
		got.Images != 1 || got.Bytes < 3000 || got.PushedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	for name, want := range map[string]string{"repositories": "1", "images": "1", "image_pulls": "0"} {
		if line := w.metric("ecs_emulator_" + name + " "); line != "ecs_emulator_"+name+" "+want {
			t.Errorf("%q, want %s", line, want)
		}
	}
	if line := w.metric("ecs_emulator_registry_bytes "); len(line) <= len("ecs_emulator_registry_bytes 999") {
		t.Errorf("%q after a push of 3000 bytes", line)
	}
	definition := w.register("slow", "slow:1")
	_, err = w.client.RunTask(t.Context(), &ecs.RunTaskInput{
		TaskDefinition: &definition, Count: aws.Int32(3), LaunchType: "FARGATE", NetworkConfiguration: network(),
	})
	w.must(err)
	w.eventually("three tasks wait for one image", func() bool {
		return w.metric("ecs_emulator_image_pulls ") == "ecs_emulator_image_pulls 1"
	})
}
