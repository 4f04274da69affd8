package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// taskSets is a service with the controller EXTERNAL, of four tasks that answer with a text, in a PRIMARY task set.
func (p *process) taskSets(text string) *shifted {
	p.Helper()
	made := p.twoGroups(elbtypes.LoadBalancerTypeEnumApplication)
	s := &shifted{process: p, web: webService{"web", made.blue, types.LaunchTypeFargate, types.NetworkModeAwsvpc}, green: made.green, live: made.live}
	ctx, cluster, full := p.Context(), aws.String("default"), &types.Scale{Value: 100, Unit: types.ScaleUnitPercent}
	_, err := p.client.CreateService(ctx, &ecs.CreateServiceInput{
		ServiceName: &s.web.name, DesiredCount: aws.Int32(4), DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeExternal},
	})
	p.must(err)
	set, err := p.client.CreateTaskSet(ctx, &ecs.CreateTaskSetInput{
		Cluster: cluster, Service: &s.web.name, TaskDefinition: p.define(s.web, text), LaunchType: s.web.launch, Scale: full,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		LoadBalancers:        []types.LoadBalancer{{TargetGroupArn: &made.blue, ContainerName: aws.String("web"), ContainerPort: aws.Int32(webPort)}},
	})
	p.must(err)
	_, err = p.client.UpdateServicePrimaryTaskSet(ctx, &ecs.UpdateServicePrimaryTaskSetInput{Cluster: cluster, Service: &s.web.name, PrimaryTaskSet: set.TaskSet.TaskSetArn})
	p.must(err)
	p.eventually("the task set is steady", func() bool {
		sets := s.sets()
		return len(sets) == 1 && sets[0].StabilityStatus == types.StabilityStatusSteadyState && sets[0].RunningCount == 4
	})
	return s
}

func (s *shifted) sets() []types.TaskSet {
	s.Helper()
	out, err := s.client.DescribeServices(s.Context(), &ecs.DescribeServicesInput{Services: []string{s.web.name}})
	s.must(err)
	return out.Services[0].TaskSets
}

// listener is the one whose default rule is the production rule.
func (s *shifted) listener() string {
	s.Helper()
	out, err := s.elb().DescribeRules(s.Context(), &elb.DescribeRulesInput{RuleArns: []string{s.live}})
	s.must(err)
	arn, _, _ := strings.Cut(*out.Rules[0].RuleArn, "/rule/")
	return strings.Replace(arn[:strings.LastIndex(arn, "/")], ":listener-rule/", ":listener/", 1)
}

// externalController runs the one of the examples, and calls step while the new task set has a part of the requests: meanwhile the
// controller stands still, as it would wait for an hour.
func (s *shifted) externalController(definition string, step func(percent float64)) {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), "python3", filepath.Join("..", "..", "examples", "boto3", "external_controller.py"),
		"default", s.web.name, definition, s.listener())
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+*s.client.Options().BaseEndpoint, "STEP_SECONDS=5")
	cmd.Stderr, cmd.SysProcAttr = os.Stderr, &syscall.SysProcAttr{Setpgid: true}
	said, err := cmd.StdoutPipe()
	s.must(err)
	s.must(cmd.Start())
	steps := 0
	for lines := bufio.NewScanner(said); lines.Scan(); {
		var percent float64
		if n, _ := fmt.Sscanf(lines.Text(), "%f percent", &percent); n == 1 {
			steps++
			s.must(syscall.Kill(-cmd.Process.Pid, syscall.SIGSTOP))
			step(percent)
			s.must(syscall.Kill(-cmd.Process.Pid, syscall.SIGCONT))
		}
	}
	s.must(cmd.Wait())
	if steps != 3 {
		s.Errorf("the controller has taken %d steps, want 3", steps)
	}
}

// A controller of the user's own moves traffic from one task set to another one, and no request is lost.
func TestDockerExternalControllerLosesNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	p := startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn")
	s := p.taskSets("one")
	found, _ := p.balancer(2)
	s.url = "http://" + found.Address + "/"
	s.load = keepAsking(t, s.url)
	before := s.tasksOf(s.web.name)
	s.externalController(*s.define(s.web, "two"), func(percent float64) {
		if percent == 100 {
			s.silent(s.load, "one", time.Now().Add(time.Second))
		}
		s.share("two", percent)
	})
	s.untilEnded(before, 0)
	s.eventually("one task set is left, which is PRIMARY", func() bool {
		sets := s.sets()
		return len(sets) == 1 && *sets[0].Status == "PRIMARY" && sets[0].RunningCount == 4
	})
	s.stopAsking(s.load)
}
