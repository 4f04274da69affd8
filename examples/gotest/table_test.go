package gotest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

var jobs = []struct {
	name    string
	command []string
	code    int32
}{
	{"success", []string{"sh", "-c", "echo done"}, 0},
	{"failure", []string{"sh", "-c", "echo no database; exit 3"}, 3},
}

// TestJobs has an emulator for each case, which starts in a millisecond: the cases share nothing.
func TestJobs(t *testing.T) {
	for _, job := range jobs {
		t.Run(job.name, func(t *testing.T) {
			t.Parallel()
			srv := emulator.Start(t)
			if code := run(t, srv, "default", job.command); code != job.code {
				t.Errorf("the exit code is %d, want %d", code, job.code)
			}
		})
	}
}

// TestJobsOfOneEmulator has one emulator for all cases, with a cluster for each. Its clock is that of
// all cases, so none may advance it.
func TestJobsOfOneEmulator(t *testing.T) {
	srv := emulator.Start(t)
	client := ecs.NewFromConfig(srv.Config())
	for _, job := range jobs {
		t.Run(job.name, func(t *testing.T) {
			t.Parallel()
			cluster, err := client.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String(job.name)})
			if err != nil {
				t.Fatal(err)
			}
			if code := run(t, srv, *cluster.Cluster.ClusterName, job.command); code != job.code {
				t.Errorf("the exit code is %d, want %d", code, job.code)
			}
		})
	}
}

// run runs a task to its end and returns its exit code.
func run(t *testing.T, srv *emulator.Server, cluster string, command []string) int32 {
	t.Helper()
	client := ecs.NewFromConfig(srv.Config())
	out, err := client.RunTask(t.Context(), &ecs.RunTaskInput{
		Cluster: aws.String(cluster), TaskDefinition: aws.String(registerWeb(t, client, command, nil)),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(srv),
	})
	if err != nil {
		t.Fatal(err)
	}
	return exitCode(t, client, cluster, *out.Tasks[0].TaskArn)
}
