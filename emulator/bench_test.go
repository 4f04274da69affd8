package emulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// BenchmarkRunTask is what a task costs from its request to RUNNING on the simulated
// engine, without the network.
func BenchmarkRunTask(b *testing.B) {
	srv := emulator.Start(b)
	client := ecs.NewFromConfig(srv.Config())
	register := func() {
		_, err := client.RegisterTaskDefinition(context.Background(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
			ContainerDefinitions: []types.ContainerDefinition{
				{Name: aws.String("web"), Image: aws.String("web:1")},
				{Name: aws.String("proxy"), Image: aws.String("proxy:1"), Essential: aws.Bool(false)},
			},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	running := func() int {
		out, err := client.DescribeClusters(context.Background(), &ecs.DescribeClustersInput{})
		if err != nil {
			b.Fatal(err)
		}
		return int(out.Clusters[0].RunningTasksCount)
	}
	const round = 3000 // a subnet has room for somewhat more
	made := 0
	register()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if made == round {
			b.StopTimer()
			if err := srv.Reset(); err != nil {
				b.Fatal(err)
			}
			register()
			made = 0
			b.StartTimer()
		}
		body := fmt.Sprintf(`{"cluster":"default","taskDefinition":"web","launchType":"FARGATE","count":1,"clientToken":"token-%d",`+
			`"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-0ec5e3a1a70000001"]}}}`, i)
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.RunTask")
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		answer := httptest.NewRecorder()
		if srv.Handler().ServeHTTP(answer, request); answer.Code != http.StatusOK {
			b.Fatal(answer.Body)
		}
		if made++; made%100 == 0 {
			for running() < made-50 { // the agent keeps up
			}
		}
	}
	for running() < made {
	}
}
