package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// inGroup is where tasks of a security group run.
func (n defaultNetwork) inGroup(id string) defaultNetwork {
	vpc := maps.Clone(n["awsvpcConfiguration"].(map[string]any))
	vpc["securityGroups"] = []string{id}
	return defaultNetwork{"awsvpcConfiguration": vpc}
}

// inGroup starts tasks in a security group.
func (t *tasks) inGroup(id string) *tasks {
	other := *t
	other.network = t.network.inGroup(id)
	return &other
}

// newGroup makes a security group, which lets everything out and nothing in.
func newGroup(c *rawhttp.Connection, name string) (id string, err error) {
	form := url.Values{"Action": {"CreateSecurityGroup"}, "Version": {ec2Version}, "GroupName": {name}, "GroupDescription": {name}}
	_, body, err := c.Fetch(rawhttp.Query(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("CreateSecurityGroup %w", err)
	}
	_, rest, _ := strings.Cut(string(body), "<groupId>")
	id, _, found := strings.Cut(rest, "</groupId>")
	if !found {
		return "", fmt.Errorf("CreateSecurityGroup answers %s", body)
	}
	return id, nil
}

const ec2Version = "2016-11-15"

// ingress is a port at which a security group lets in addresses, or its own members.
type ingress struct {
	port int
	cidr string // empty is the group itself
}

// changeRules calls AuthorizeSecurityGroupIngress, or another action of its shape.
func changeRules(c *rawhttp.Connection, action, group string, rules []ingress) error {
	form := url.Values{"Action": {action}, "Version": {ec2Version}, "GroupId": {group}}
	for i, r := range rules {
		p := fmt.Sprintf("IpPermissions.%d.", i+1)
		form.Set(p+"IpProtocol", "tcp")
		form.Set(p+"FromPort", strconv.Itoa(r.port))
		form.Set(p+"ToPort", strconv.Itoa(r.port))
		if r.cidr == "" {
			form.Set(p+"Groups.1.GroupId", group)
		} else {
			form.Set(p+"IpRanges.1.CidrIp", r.cidr)
		}
	}
	if err := c.Exchange(rawhttp.Query(form.Encode())); err != nil {
		return fmt.Errorf("%s %w", action, err)
	}
	return nil
}

// unfiltered is the id of a group that does not exist: it lets everything pass, and so
// there is no filter.
const unfiltered = "sg-0123456789abcdef0"

// measureTwentyRules compares starts of tasks that have rules with those that have none.
func (b *bench) measureTwentyRules(ctx context.Context, name string, ours *tasks) error {
	group, err := newGroup(ours.looks, "twenty")
	if err != nil {
		return err
	}
	rules := []ingress{{port: 9000}} // and all egress
	for port := range 18 {
		rules = append(rules, ingress{8000 + port, fmt.Sprintf("10.%d.0.0/16", port)})
	}
	if err := changeRules(ours.looks, "AuthorizeSecurityGroupIngress", group, rules); err != nil {
		return err
	}
	return b.measureSequence(ctx, name, ours.inGroup(group), ours.inGroup(unfiltered), ours.settle, 1.03)
}

// A thousand rules: more than a group can have, so they are those of several.
const (
	ruledTasks  = 100
	ruledGroups = 20
	rulesEach   = 50
	ruledPort   = 8080
)

// measureRules changes a thousand rules at once, of a hundred tasks, and waits until each
// task's sandbox has its own. The emulator is strict, so that this host sees when.
func (b *bench) measureRules(ctx context.Context, name string, ours *tasks) error {
	if err := ours.looks.Call("RegisterTaskDefinition", plainTaskDefinition(ours.image, "serve", strconv.Itoa(ruledPort)), nil); err != nil {
		return err
	}
	var groups, arns []string
	defer func() { _ = ours.clear(context.WithoutCancel(ctx), arns) }() // the end of the emulator removes what it cannot
	for i := range ruledGroups {
		group, err := newGroup(ours.looks, fmt.Sprint("rules-", i))
		if err != nil {
			return err
		}
		groups = append(groups, group)
		var made taskList
		if err := ours.looks.Call("RunTask", runTaskInput(ruledTasks/ruledGroups, ours.network.inGroup(group)), &made); err != nil {
			return err
		}
		arns = append(arns, made.arns()...)
	}
	if err := each(arns, func(arn string) error { return ours.watch.await(ctx, arn, "RUNNING") }); err != nil {
		return err
	}
	addresses, err := addresses(ours.looks, arns)
	if err != nil {
		return err
	}
	rules := []ingress{{ruledPort, "0.0.0.0/0"}}
	for port := range rulesEach - 1 {
		rules = append(rules, ingress{10000 + port, fmt.Sprintf("10.%d.0.0/16", port)})
	}
	var took []float64
	for range b.rounds {
		began := time.Now()
		if err := ours.changeAll(ctx, "AuthorizeSecurityGroupIngress", groups, rules); err != nil {
			return err
		}
		if err := awaitOpen(ctx, addresses, true); err != nil {
			return err
		}
		took = append(took, time.Since(began).Seconds())
		if err := ours.changeAll(ctx, "RevokeSecurityGroupIngress", groups, rules); err != nil {
			return err
		}
		if err := awaitOpen(ctx, addresses, false); err != nil {
			return err
		}
	}
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.2f s max %.2f", median(took), slices.Max(took)), held: median(took), goal: atMost(2, " s"),
	})
	return nil
}

// changeAll changes the rules of all groups at once.
func (t *tasks) changeAll(ctx context.Context, action string, groups []string, rules []ingress) error {
	return each(groups, func(group string) error {
		c, err := t.emulator.connect(ctx)
		if err != nil {
			return err
		}
		defer c.Close()
		return changeRules(c, action, group, rules)
	})
}

func addresses(c *rawhttp.Connection, arns []string) (list []string, err error) {
	var found struct {
		Tasks []struct {
			Containers []struct {
				NetworkInterfaces []struct {
					Address string `json:"privateIpv4Address"`
				} `json:"networkInterfaces"`
			} `json:"containers"`
		} `json:"tasks"`
	}
	if err := c.Call("DescribeTasks", map[string]any{"cluster": cluster, "tasks": arns}, &found); err != nil {
		return nil, err
	}
	for _, t := range found.Tasks {
		list = append(list, t.Containers[0].NetworkInterfaces[0].Address)
	}
	if len(list) != len(arns) {
		return nil, errors.New("DescribeTasks does not know all tasks")
	}
	return list, nil
}

// dialPatience is longer than an answer takes that comes, and short because each refusal
// makes the figure coarser by as much.
const dialPatience = 25 * time.Millisecond

// awaitOpen waits until all addresses answer, one after the other, or none does any more.
func awaitOpen(ctx context.Context, addresses []string, open bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dialer := net.Dialer{Timeout: dialPatience}
	for _, a := range addresses {
		for {
			conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(a, strconv.Itoa(ruledPort)))
			if err == nil {
				_ = conn.Close()
			}
			if (err == nil) == open {
				break
			}
			if ctx.Err() != nil {
				return fmt.Errorf("port %d of %s: want it open: %v: %w", ruledPort, a, open, ctx.Err())
			}
		}
	}
	return nil
}
