package terraform

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

func TestTheGuideShowsTheExample(t *testing.T) {
	guide, err := os.ReadFile("../../docs/start/terraform.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("main.tf")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(guide, slices.Concat([]byte("\n```terraform\n"), example, []byte("```\n"))) {
		t.Error("docs/start/terraform.md does not show main.tf as it is")
	}
}

// TestExample runs the configuration that the guide shows, on each engine.
func TestExample(t *testing.T) {
	t.Parallel() // it waits most of the time, as Terraform does
	t.Run("sim", func(t *testing.T) {
		t.Parallel()
		asRoot(t, func(t *testing.T, by *caller) { runExample(t, by.start(t), "ecs-emulator/demo") })
	})
	t.Run("docker", func(t *testing.T) {
		t.Parallel()
		testall.Only(t, "tests of Terraform")
		srv := emulator.Start(t, emulator.Options{Engine: "docker", WarmSandboxes: -1})
		runExample(t, account{srv, credentials.NewStaticCredentialsProvider("test", "test", ""), srv.Config()}, dockertest.Image(t))
	})
}

// runExample does what the guide says, with the address of an emulator of its own:
//
//	export AWS_ENDPOINT_URL=http://127.0.0.1:4577
//	export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
//	terraform init
//	terraform apply
func runExample(t *testing.T, srv account, image string) {
	example, err := os.ReadFile("main.tf") // and nothing that Terraform has left there
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, srv, fstest.MapFS{"main.tf": {Data: example, Mode: 0o600}})
	client := ecs.NewFromConfig(srv.Config())
	image = "-var=image=" + image

	first := p.change("apply", image)
	if first.Add != 3 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled(image)
	deployed := describeWeb(t, client)

	if second := p.change("apply", image, "-var=greeting=good evening"); second != (changes{Add: 1, Change: 1, Remove: 1}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled(image, "-var=greeting=good evening")
	if again := describeWeb(t, client); again == deployed {
		t.Errorf("the service still runs %s", again)
	}

	if last := p.change("destroy", image); last.Remove != first.Add {
		t.Errorf("destroy removed %+v", last)
	}
	nothingLeft(t, client)
}

// describeWeb checks that both tasks of the service run, and returns their definition.
func describeWeb(t *testing.T, client *ecs.Client) string {
	t.Helper()
	out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"web"}})
	if err != nil {
		t.Fatal(err)
	}
	service := out.Services[0]
	if service.RunningCount != 2 || len(service.Deployments) != 1 {
		t.Errorf("%d tasks run in %d deployments", service.RunningCount, len(service.Deployments))
	}
	return *service.TaskDefinition
}
