package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Tasks end while the emulator is killed again and again: each of them is billed once, also those that the kill has ended.
func TestCostsSurviveKills(t *testing.T) {
	t.Parallel()
	args := []string{"--engine", "sim", "--data-dir", t.TempDir(), "--log-level", "error", "--speed", "100"}
	random := rand.New(rand.NewPCG(46, 5))
	p := startServe(t, args...)
	p.run("app")
	for range 8 {
		busy, killed := make(chan struct{}), make(chan struct{})
		go func(client *ecs.Client) { // until the emulator is away
			defer close(killed)
			for n := 0; ; n++ {
				out, err := client.RunTask(t.Context(), &ecs.RunTaskInput{
					TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, Count: aws.Int32(3),
					NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
				}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
				if err != nil {
					return
				}
				for _, task := range out.Tasks[:2] {
					_, _ = client.StopTask(t.Context(), &ecs.StopTaskInput{Task: task.TaskArn}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
				}
				if n == 1 {
					close(busy)
				}
			}
		}(p.client)
		select {
		case <-busy:
		case <-killed:
			t.Fatalf("RunTask failed: %s", p.log())
		}
		time.AfterFunc(time.Duration(random.IntN(60))*time.Millisecond, func() { _ = p.cmd.Process.Kill() })
		<-p.exited
		<-killed
		p = startServe(t, args...)
	}
	want, tasks := p.billOfTasks(), p.costs()
	if len(tasks.Standalone) != 1 || len(tasks.Standalone[0].Usage) != 1 {
		t.Fatalf("standalone tasks: %+v", tasks.Standalone)
	}
	if got := tasks.Standalone[0].Usage[0]; got.Tasks != want.Tasks || got.TaskSeconds != want.TaskSeconds || want.Tasks < 16 {
		t.Errorf("%d tasks have %d billed seconds, and the ledger has %d tasks with %d", want.Tasks, want.TaskSeconds, got.Tasks, got.TaskSeconds)
	}
}

// billOfTasks ends all tasks, and works out what is billed of them by what ECS shows.
func (p *process) billOfTasks() (sum emulator.CapacityUsage) {
	p.Helper()
	p.eventually("all tasks have stopped", func() bool {
		left := p.list(types.DesiredStatusRunning)
		for _, id := range left {
			_, err := p.client.StopTask(p.Context(), &ecs.StopTaskInput{Task: &id})
			p.must(err)
		}
		return len(left) == 0
	})
	for _, id := range p.list(types.DesiredStatusStopped) {
		p.until(id, "STOPPED")
		if task := p.task(id); task.PullStartedAt != nil {
			sum.Tasks++
			sum.TaskSeconds += max(60, int64(math.Ceil(task.StoppedAt.Sub(*task.PullStartedAt).Seconds())))
		}
	}
	return sum
}

func (p *process) list(status types.DesiredStatus) (ids []string) {
	p.Helper()
	for pages := ecs.NewListTasksPaginator(p.client, &ecs.ListTasksInput{DesiredStatus: status}); pages.HasMorePages(); {
		page, err := pages.NextPage(p.Context())
		p.must(err)
		ids = append(ids, page.TaskArns...)
	}
	return ids
}

func (p *process) costs() (costs emulator.Costs) {
	p.Helper()
	answer, err := http.Get(*p.client.Options().BaseEndpoint + "/_emulator/costs")
	p.must(err)
	defer answer.Body.Close()
	p.must(json.NewDecoder(answer.Body).Decode(&costs))
	return costs
}
