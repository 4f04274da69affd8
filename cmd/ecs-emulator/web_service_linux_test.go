package main

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// webService is a service of web servers behind a target group, which end at once on SIGTERM.
type webService struct {
	name, group string
	launch      types.LaunchType
	mode        types.NetworkMode
}

const webPort = 8080

// define registers a revision whose containers answer with a text.
func (p *process) define(s webService, text string) (definition *string) {
	p.Helper()
	out, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &s.name, NetworkMode: s.mode, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String(p.image()), Command: []string{"serve", strconv.Itoa(webPort), text},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(webPort)}},
		}},
	})
	p.must(err)
	return out.TaskDefinition.TaskDefinitionArn
}

// create has a service run so many tasks, and waits until it is stable.
func (p *process) create(s webService, text string, count int32) {
	p.Helper()
	in := &ecs.CreateServiceInput{
		ServiceName: &s.name, TaskDefinition: p.define(s, text), DesiredCount: &count, LaunchType: s.launch,
		LoadBalancers: []types.LoadBalancer{{TargetGroupArn: &s.group, ContainerName: aws.String("web"), ContainerPort: aws.Int32(webPort)}},
	}
	if s.mode == types.NetworkModeAwsvpc {
		in.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}}
	}
	_, err := p.client.CreateService(p.Context(), in)
	p.must(err)
	p.untilStable(s.name, count)
}

// update changes a service, and returns the tasks that it has then.
func (p *process) update(in ecs.UpdateServiceInput) (before []string) {
	p.Helper()
	before = p.tasksOf(*in.Service)
	_, err := p.client.UpdateService(p.Context(), &in)
	p.must(err)
	return before
}

func (p *process) tasksOf(service string) []string {
	p.Helper()
	out, err := p.client.ListTasks(p.Context(), &ecs.ListTasksInput{ServiceName: &service})
	p.must(err)
	return out.TaskArns
}

// untilStable waits until a service has one deployment, which is COMPLETED, with so many tasks.
func (p *process) untilStable(service string, count int32) {
	p.Helper()
	p.eventually(service+" is stable", func() bool {
		out, err := p.client.DescribeServices(p.Context(), &ecs.DescribeServicesInput{Services: []string{service}})
		p.must(err)
		s := out.Services[0]
		return len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted &&
			s.RunningCount == count && s.PendingCount == 0
	})
}

// untilEnded waits until all but so many of some tasks have ended, each on SIGTERM.
func (p *process) untilEnded(tasks []string, but int) {
	p.Helper()
	p.eventually("tasks end", func() bool {
		running := slices.DeleteFunc(slices.Clone(tasks), func(id string) bool {
			task := p.task(id)
			if *task.LastStatus != "STOPPED" {
				return false
			}
			if code := task.Containers[0].ExitCode; code == nil || *code != 0 {
				p.Fatalf("%s has not ended by itself on SIGTERM: %v", id, code)
			}
			return true
		})
		return len(running) == but
	})
}

// instances launches container instances.
func (p *process) instances(n int32) {
	p.Helper()
	o := p.client.Options()
	_, err := ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).RunInstances(p.Context(), &ec2.RunInstancesInput{
		ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
		InstanceType: ec2types.InstanceTypeT3Small, MinCount: &n, MaxCount: &n,
	})
	p.must(err)
	p.eventually("the instances join the cluster", func() bool {
		out, err := p.client.ListContainerInstances(p.Context(), &ecs.ListContainerInstancesInput{Status: types.ContainerInstanceStatusActive})
		p.must(err)
		return len(out.ContainerInstanceArns) == int(n)
	})
}

// drain sets the container instance of a task DRAINING, waits until nothing runs there, and
// has it ACTIVE again.
func (p *process) drain(task string) (instance string) {
	p.Helper()
	instance = *p.task(task).ContainerInstanceArn
	p.setInstance(instance, types.ContainerInstanceStatusDraining)
	p.eventually("the instance is empty", func() bool {
		out, err := p.client.DescribeContainerInstances(p.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: []string{instance}})
		p.must(err)
		return out.ContainerInstances[0].RunningTasksCount == 0
	})
	p.setInstance(instance, types.ContainerInstanceStatusActive)
	return instance
}

func (p *process) setInstance(instance string, status types.ContainerInstanceStatus) {
	p.Helper()
	_, err := p.client.UpdateContainerInstancesState(p.Context(), &ecs.UpdateContainerInstancesStateInput{
		ContainerInstances: []string{instance}, Status: status,
	})
	p.must(err)
}

// takes reports whether a group has a target at an address that does not drain.
func (p *process) takes(group, address string) bool {
	p.Helper()
	out, err := p.elb().DescribeTargetHealth(p.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &group})
	p.must(err)
	return slices.ContainsFunc(out.TargetHealthDescriptions, func(d elbtypes.TargetHealthDescription) bool {
		return *d.Target.Id == address && d.TargetHealth.State != elbtypes.TargetHealthStateEnumDraining
	})
}
