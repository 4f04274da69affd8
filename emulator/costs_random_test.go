package emulator_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// spender is a world in which tasks come and go at random, and what events have said of each of them.
type spender struct {
	*world
	random *rand.Rand
	tasks  map[string]spent // by ARN
}

// spent is what an event says of a task.
type spent struct {
	Group                string
	CPU, Memory          string
	LastStatus           string
	CapacityProviderName string
	PullStartedAt        time.Time
	StoppedAt            time.Time
}

// What the ledger has of random runs is the bill that all events of tasks make: with two prices, of tasks that end by themselves,
// that are stopped, that are replaced, whose pull fails, that never come to it.
func TestCostsAreTheBillOfAllEvents(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := &spender{start(t, emulator.Options{Speed: emulator.Still}), rand.New(rand.NewPCG(seed, 1)), map[string]spent{}}
			s.register("web", "app")
			for _, label := range []string{"30s", "90m"} {
				s.registerJob("job"+label, label)
			}
			for range 40 {
				s.step()
				s.listen()
			}
			s.stopAll()
			s.listen()
			s.expectBill()
		})
	}
}

func (s *spender) registerJob(family, runFor string) {
	storage := &types.EphemeralStorage{SizeInGiB: 50}
	if family != "job30s" {
		storage = nil
	}
	_, err := s.client.RegisterTaskDefinition(s.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("1024"), Memory: aws.String("3072"), EphemeralStorage: storage,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), DockerLabels: map[string]string{"ecs-emulator.sim.run-for": runFor},
		}},
	})
	s.must(err)
}

func (s *spender) step() {
	web := aws.String("web")
	switch s.random.IntN(9) {
	case 0, 1:
		family, capacity := []string{"job30s", "job90m", "web"}[s.random.IntN(3)], []string{"FARGATE", "FARGATE_SPOT"}[s.random.IntN(2)]
		if family == "job30s" {
			capacity = "FARGATE" // storage has no price on the other
		}
		_, err := s.client.RunTask(s.Context(), &ecs.RunTaskInput{
			TaskDefinition: &family, Count: aws.Int32(1 + int32(s.random.IntN(3))), NetworkConfiguration: network(),
			CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: &capacity, Weight: 1}},
		})
		s.must(err)
	case 2: // a service that there is already, or not any more, is refused
		_, _ = s.client.CreateService(s.Context(), &ecs.CreateServiceInput{
			ServiceName: web, TaskDefinition: web, DesiredCount: aws.Int32(2), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		})
	case 3:
		_, _ = s.client.UpdateService(s.Context(), &ecs.UpdateServiceInput{
			Service: web, DesiredCount: aws.Int32(int32(s.random.IntN(4))), ForceNewDeployment: s.random.IntN(2) == 0,
		})
	case 4:
		_, _ = s.client.DeleteService(s.Context(), &ecs.DeleteServiceInput{Service: web, Force: aws.Bool(true)})
	case 5:
		_, err := s.srv.Faults().Add(emulator.Fault{Kind: emulator.PullFault, For: time.Minute})
		s.must(err)
	default:
		s.must(s.srv.Clock().Advance(time.Duration(s.random.Int64N(int64(3 * time.Hour)))))
	}
}

// stopAll ends all tasks, and lets ECS forget them.
func (s *spender) stopAll() {
	_, _ = s.client.DeleteService(s.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	list, err := s.client.ListTasks(s.Context(), &ecs.ListTasksInput{})
	s.must(err)
	for _, id := range list.TaskArns {
		_, err := s.client.StopTask(s.Context(), &ecs.StopTaskInput{Task: &id})
		s.must(err)
	}
	s.must(s.srv.Clock().Advance(2 * time.Hour))
}

// listen reads what events say, before these are forgotten.
func (s *spender) listen() {
	response, err := http.Get(s.srv.URL() + "/_emulator/events")
	s.must(err)
	defer response.Body.Close()
	for lines := json.NewDecoder(response.Body); lines.More(); {
		var line struct {
			Event struct {
				DetailType string `json:"detail-type"`
				Detail     json.RawMessage
			}
		}
		s.must(lines.Decode(&line))
		if line.Event.DetailType != "ECS Task State Change" {
			continue
		}
		var task struct {
			TaskARN string
			spent
		}
		s.must(json.Unmarshal(line.Event.Detail, &task))
		s.tasks[task.TaskARN] = task.spent
	}
}

// bill is what a group of tasks asked of a capacity.
type bill struct{ tasks, seconds, cpuSeconds, mibSeconds int64 }

func (s *spender) expectBill() {
	want, usd := map[string]*bill{}, 0.0
	prices := map[string][3]float64{"FARGATE": {0.04048, 0.004445, 0.000111}, "FARGATE_SPOT": {0.01288871, 0.00141527, 0}}
	for id, task := range s.tasks {
		if task.LastStatus != "STOPPED" {
			s.Fatalf("task %s is %s", id, task.LastStatus)
		}
		if task.PullStartedAt.IsZero() {
			continue
		}
		capacity := task.CapacityProviderName
		if capacity == "" {
			capacity = "FARGATE"
		}
		key := task.Group + " " + capacity
		if want[key] == nil {
			want[key] = &bill{}
		}
		seconds := max(60, int64(math.Ceil(task.StoppedAt.Sub(task.PullStartedAt).Seconds())))
		cpu, _ := strconv.ParseInt(task.CPU, 10, 64)
		memory, _ := strconv.ParseInt(task.Memory, 10, 64)
		want[key].tasks++
		want[key].seconds += seconds
		want[key].cpuSeconds += seconds * cpu
		want[key].mibSeconds += seconds * memory
		price := prices[capacity]
		usd += float64(seconds) / 3600 * (float64(cpu)/1024*price[0] + float64(memory)/1024*price[1])
		if task.Group == "family:job30s" {
			usd += float64(seconds) / 3600 * 30 * price[2]
		}
	}
	costs := s.srv.Costs()
	got, parts := map[string]*bill{}, 0.0
	add := func(group string, cost *float64, usage []emulator.CapacityUsage) {
		for _, u := range usage {
			hours := func(h float64) int64 { return int64(math.Round(h * 1024 * 3600)) }
			got[group+" "+u.Capacity] = &bill{u.Tasks, u.TaskSeconds, hours(u.VCPUHours), hours(u.GBHours)}
			if u.Cost != nil {
				parts += *u.Cost
			} else if u.Capacity == "FARGATE" {
				s.Errorf("%s on %s has no cost", group, u.Capacity)
			}
		}
	}
	for _, service := range costs.Services {
		add("service:"+service.ServiceName, service.Cost, service.Usage)
	}
	for _, family := range costs.Standalone {
		add("family:"+family.Family, family.Cost, family.Usage)
	}
	if len(got) != len(want) || len(s.tasks) < 10 {
		s.Errorf("%d groups of %d tasks, want %d", len(got), len(s.tasks), len(want))
	}
	for key, one := range want {
		if got[key] == nil || *got[key] != *one {
			s.Errorf("%s: %+v, want %+v", key, got[key], one)
		}
	}
	if math.Abs(costs.Total-usd) > 1e-8 || math.Abs(costs.Total-parts) > 1e-12 {
		s.Errorf("the total is %.10f, want %.10f; parts are %.10f", costs.Total, usd, parts)
	}
}
