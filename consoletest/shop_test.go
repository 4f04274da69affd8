package consoletest

import (
	_ "embed"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m.Run)) }

const (
	console  = "/_emulator/console"
	patience = 30 * time.Second
	lookEach = 10 * time.Millisecond
)

//go:embed testdata/shop.yaml
var template string

// shop is an emulator whose cluster shop is what testdata/shop.yaml says, and a client of it.
type shop struct {
	*testing.T
	*emulator.Server
	ecs *ecs.Client
}

// start starts an emulator, on the simulated engine unless the options say otherwise, in which nothing is.
func start(t *testing.T, options ...emulator.Options) *shop {
	t.Helper()
	srv := emulator.Start(t, options...)
	return &shop{t, srv, ecs.NewFromConfig(srv.Config())}
}

// open starts an emulator with the shop, when all services of it are stable.
func open(t *testing.T) *shop {
	t.Helper()
	s := start(t, emulator.Options{Speed: 1200})
	_, err := s.Deploy(t.Context(), "shop", template, nil)
	s.must(err)
	s.must(s.Clock().SetSpeed(1))
	return s
}

func (s *shop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// url is where the console has a page: "/clusters/shop", or "" for the first one.
func (s *shop) url(page string) string { return s.URL() + console + page }

// until asks again and again until done.
func (s *shop) until(what string, done func() bool) {
	s.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(lookEach) {
		if time.Now().After(end) {
			s.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// tasks are the ids of tasks of a service that should run, sorted.
func (s *shop) tasks(service string) (ids []string) {
	s.Helper()
	out, err := s.ecs.ListTasks(s.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), ServiceName: &service})
	s.must(err)
	for _, arn := range out.TaskArns {
		ids = append(ids, arn[strings.LastIndex(arn, "/")+1:])
	}
	slices.Sort(ids)
	return ids
}

func (s *shop) service(name string) types.Service {
	s.Helper()
	out, err := s.ecs.DescribeServices(s.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{name}})
	s.must(err)
	return out.Services[0]
}

// revise registers the next revision of web: another image, and what else changes.
func (s *shop) revise(image string, change ...func(*types.ContainerDefinition)) (revision string) {
	s.Helper()
	now, err := s.ecs.DescribeTaskDefinition(s.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")})
	s.must(err)
	d := now.TaskDefinition
	d.ContainerDefinitions[0].Image = &image
	for _, do := range change {
		do(&d.ContainerDefinitions[0])
	}
	out, err := s.ecs.RegisterTaskDefinition(s.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: d.Family, Cpu: d.Cpu, Memory: d.Memory, NetworkMode: d.NetworkMode, RequiresCompatibilities: d.RequiresCompatibilities,
		ExecutionRoleArn: d.ExecutionRoleArn, TaskRoleArn: d.TaskRoleArn, ContainerDefinitions: d.ContainerDefinitions,
	})
	s.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// deploy has a service run a revision.
func (s *shop) deploy(service, revision string) {
	s.Helper()
	_, err := s.ecs.UpdateService(s.Context(), &ecs.UpdateServiceInput{Cluster: aws.String("shop"), Service: &service, TaskDefinition: &revision})
	s.must(err)
}

// complete has the clock run until a service has one deployment, which is complete.
func (s *shop) complete(service string) {
	s.Helper()
	s.must(s.Clock().SetSpeed(600))
	s.until("the deployment is complete", func() bool {
		all := s.service(service).Deployments
		return len(all) == 1 && all[0].RolloutState == types.DeploymentRolloutStateCompleted
	})
	s.must(s.Clock().SetSpeed(1))
}

func (s *shop) createCluster(name string) {
	s.Helper()
	_, err := s.ecs.CreateCluster(s.Context(), &ecs.CreateClusterInput{ClusterName: &name})
	s.must(err)
}

// tab opens a page of the console in a tab of its own.
func (s *shop) tab(page string) *browser.Tab {
	s.Helper()
	tab := browser.Open(s.T)
	tab.Go(s.url(page))
	return tab
}
