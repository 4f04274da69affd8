// Package targetcause finds why targets of a target group are not healthy.
package targetcause

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// timedOut is what a load balancer says of a target that does not answer. Source: ELBv2 API reference, TargetHealth.
const timedOut = "Request timed out"

// AsWanted reports whether no target of a group is unhealthy or unused.
func AsWanted(f *why.Facts, g *elbv2.TargetGroup) bool {
	for _, t := range elbv2.Targets(f.Tx, g.ARN) {
		if bad(elbv2.Health(f.Tx, g, t).State) {
			return false
		}
	}
	return true
}

func bad(s types.TargetHealthStateEnum) bool {
	return s == types.TargetHealthStateEnumUnhealthy || s == types.TargetHealthStateEnumUnused
}

// finding is a target that is not healthy.
type finding struct {
	target *elbv2.Target
	health types.TargetHealth
}

// Explain returns why targets of a group are not healthy, each reason once.
func Explain(f *why.Facts, groupARN string) (answers []why.Answer) {
	g := elbv2.FindTargetGroup(f.Tx, groupARN)
	if g == nil {
		return nil
	}
	var alike [][]finding // by state and description
	for _, t := range elbv2.Targets(f.Tx, g.ARN) {
		health := elbv2.Health(f.Tx, g, t)
		if !bad(health.State) {
			continue
		}
		at := slices.IndexFunc(alike, func(list []finding) bool {
			return list[0].health.State == health.State && aws.ToString(list[0].health.Description) == aws.ToString(health.Description)
		})
		if at < 0 {
			alike, at = append(alike, nil), len(alike)
		}
		alike[at] = append(alike[at], finding{t, health})
	}
	for _, list := range alike {
		answer := unused(f, g, list)
		if list[0].health.State == types.TargetHealthStateEnumUnhealthy {
			answer = unhealthy(f, g, list)
		}
		answer.Of, answer.Kind, answer.Evidence = g.ARN, why.KindTargetGroup, append(evidence(f, list), answer.Evidence...)
		answers = append(answers, answer)
	}
	return answers
}

// subject names the targets: 2 targets of target group web are.
func subject(g *elbv2.TargetGroup, list []finding) string {
	return phrase.Count(len(list), "target") + " of target group " + g.Name + " " + phrase.Verb(len(list), "is", "are")
}

func unused(f *why.Facts, g *elbv2.TargetGroup, list []finding) why.Answer {
	answer := why.Answer{
		Cause: why.TargetUnused, Next: "Have a listener or a rule forward to the target group.",
		Sentence: fmt.Sprintf("%s unused: %s.", subject(g, list), strings.TrimSuffix(aws.ToString(list[0].health.Description), ".")),
	}
	if len(elbv2.InUse(f.Tx, g.ARN)) > 0 {
		answer.Next = fmt.Sprintf("Enable zone %s for the load balancer, or keep tasks out of it.", list[0].target.Zone)
	}
	return answer
}

func unhealthy(f *why.Facts, g *elbv2.TargetGroup, list []finding) why.Answer {
	t, description := list[0].target, aws.ToString(list[0].health.Description)
	answer := why.Answer{Cause: why.TargetUnhealthy, Next: "See whether the application listens at that port, on all addresses of its container."}
	if found := elbv2.FindTargetHealth(f.Tx, t); found != nil {
		answer.At = found.CheckedAt
	}
	check := fmt.Sprintf("%s unhealthy: health checks (%s) of %s", subject(g, list), checks(g, t), address(t))
	wants := cmp.Or(g.HealthCheck.HTTPCode, g.HealthCheck.GRPCCode)
	codes, mismatch := strings.CutPrefix(description, "Health checks failed with these codes: ")
	switch apart := keptApart(f, g, t); {
	case mismatch:
		answer.Sentence = fmt.Sprintf("%s got %s, and want %s.", check, strings.Trim(codes, "[]"), wants)
		answer.Next = fmt.Sprintf("Have the application answer %s at %s, or change the path or the matcher of the health check.", wants, g.HealthCheck.Path)
	case description == timedOut && apart != "":
		answer.Cause = why.SecurityGroup
		answer.Sentence = fmt.Sprintf("%s time out: %s.", check, apart)
		answer.Next = "Add a rule that lets it through, with AuthorizeSecurityGroupIngress or AuthorizeSecurityGroupEgress."
		answer.Evidence = []why.Evidence{{At: f.Now, Text: "security groups: " + apart}}
	case description == timedOut:
		answer.Sentence = fmt.Sprintf("%s have no answer within %s; probably the application does not listen there, or is too slow.",
			check, phrase.Count(int(g.HealthCheck.Timeout), "second"))
	default:
		answer.Sentence = fmt.Sprintf("%s fail: %s.", check, strings.TrimSuffix(description, "."))
	}
	return answer
}

// evidence has each target, at most ten.
func evidence(f *why.Facts, list []finding) (lines []why.Evidence) {
	for _, one := range list[:min(len(list), 10)] {
		line := why.Evidence{Text: fmt.Sprintf("target %s is %s: %s: %s", address(one.target), one.health.State, one.health.Reason, aws.ToString(one.health.Description))}
		if found := elbv2.FindTargetHealth(f.Tx, one.target); found != nil {
			line.At = found.CheckedAt
		}
		if one.target.Task != "" {
			line.Text += " (" + phrase.Task(one.target.Task) + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

func address(t *elbv2.Target) string { return t.ID + ":" + strconv.Itoa(int(t.Port)) }

// checks is what is asked: HTTP GET /health at port 8080.
func checks(g *elbv2.TargetGroup, t *elbv2.Target) string {
	c := g.HealthCheck
	if c.Path == "" {
		return fmt.Sprintf("%s at port %d", c.Protocol, portOf(g, t))
	}
	return fmt.Sprintf("%s GET %s at port %d", c.Protocol, c.Path, portOf(g, t))
}

func portOf(g *elbv2.TargetGroup, t *elbv2.Target) int {
	port, err := strconv.Atoi(g.HealthCheck.Port)
	if err != nil { // traffic-port
		return int(t.Port)
	}
	return port
}

// keptApart says which security groups keep a load balancer away from the port where it checks a target.
func keptApart(f *why.Facts, g *elbv2.TargetGroup, t *elbv2.Target) string {
	to := ec2.TargetAddress(f.Tx, g, t, state.Registered(f.Tx, g.Scope, t.ID))
	for _, balancer := range elbv2.InUse(f.Tx, g.ARN) {
		if apart := f.WhatKeepsApart(balancer, to, portOf(g, t)); apart != "" {
			if b := elbv2.FindLoadBalancer(f.Tx, balancer); b != nil {
				return apart + " (load balancer " + b.Name + ")"
			}
			return apart
		}
	}
	return ""
}

// OfTask says why a target group has not taken a task, or has lost it. ok is false where neither is so.
func OfTask(t *state.Task) (answer why.Answer, ok bool) {
	if t.Traffic == nil {
		return answer, false
	}
	for _, target := range t.Traffic.Targets {
		reason := cmp.Or(target.Refused, target.Lost)
		if reason == "" {
			continue
		}
		return why.Answer{
			Of: t.ARN, Kind: why.KindTask, Cause: why.TargetUnused,
			Sentence: fmt.Sprintf("%s is no target of %s: %s", phrase.Upper(phrase.TaskOf(t)), groupName(target.Group), phrase.Stop(reason)),
			Next:     "Make the target group anew, or correct what it refuses, and deploy again.",
			Evidence: []why.Evidence{{At: t.Traffic.RegisteredAt, Text: fmt.Sprintf("target %s:%d of %s: %s", target.ID, target.Port, target.Group, reason)}},
		}, true
	}
	return answer, false
}

func groupName(targetGroupARN string) string {
	_, path, _ := strings.Cut(targetGroupARN, ":targetgroup/")
	name, _, _ := strings.Cut(path, "/")
	return "target group " + name
}
