package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

var folded = regexp.MustCompile(`(?m)^STOPPED +COUNT .*\n[0-9a-f]{8} +\d+ +service:broken .*\n\z`)

// The first deployment of a service fails, and has nothing to go back to.
func TestPSWaitsUntilNothingMoves(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--local-ports=false", "--speed", "60")
	if text, code := p.ps("--wait", "1m"); code != 0 {
		t.Errorf("of nothing: exit code %d, and\n%s", code, text)
	}
	p.createFailing()
	if text, code := p.ps("--wait", "2m"); code != 4 || !strings.Contains(text, "ROLLBACK_FAILED: No rollback candidate was found to run the rollback.") {
		t.Errorf("exit code %d, and\n%s", code, text)
	}
	if text, _ := p.ps(); !folded.MatchString(text) {
		t.Errorf("no row has all tasks that ended alike:\n%s", text)
	}
	if text, _ := p.ps("--all"); folded.MatchString(text) {
		t.Errorf("with --all a row has several tasks:\n%s", text)
	}
	if _, code := p.ps("--json"); code != 4 {
		t.Errorf("without --wait, exit code %d", code)
	}
	// Nothing can run the next one.
	_, err := p.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("api"), TaskDefinition: p.defineForEC2(), DesiredCount: aws.Int32(1),
	})
	p.must(err)
	if text, code := p.ps("--wait", "100ms"); code != 3 || !strings.HasPrefix(text, "Not as wanted: 2 services.\n") {
		t.Errorf("exit code %d, and\n%s", code, text)
	}
}

// createFailing creates a service of tasks that end at once, with a circuit breaker.
func (p *process) createFailing() {
	p.Helper()
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("broken"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Command: []string{"exit", "3"}}},
	})
	p.must(err)
	_, err = p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("broken"), TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	})
	p.must(err)
}
