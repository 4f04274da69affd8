package shiftload

import "fmt"

// balancer is an application load balancer with two target groups for each listener, of which the first has all traffic.
type balancer struct{ arn, vpc string }

// front is what leads to a service: a listener's default rule and its two target groups.
type front struct {
	listener, rule string
	groups         [2]string
}

type network struct {
	subnets []string
	group   string // security group
}

func (c *Client) network() (n network, err error) {
	var health struct {
		Network struct {
			Subnets []struct {
				ID string `json:"id"`
			} `json:"subnets"`
			SecurityGroup string `json:"securityGroup"`
		} `json:"network"`
	}
	err = c.get("/_emulator/health", &health)
	for _, s := range health.Network.Subnets {
		n.subnets = append(n.subnets, s.ID)
	}
	n.group = health.Network.SecurityGroup
	return n, err
}

func (n network) configuration() map[string]any {
	return map[string]any{"awsvpcConfiguration": map[string]any{"subnets": n.subnets, "securityGroups": []string{n.group}}}
}

func (c *Client) createBalancer(n network, name string) (b balancer, err error) {
	var made struct {
		ARN string `xml:"CreateLoadBalancerResult>LoadBalancers>member>LoadBalancerArn"`
		VPC string `xml:"CreateLoadBalancerResult>LoadBalancers>member>VpcId"`
	}
	members := []string{"Name", name}
	for i, subnet := range n.subnets {
		members = append(members, fmt.Sprintf("Subnets.member.%d", i+1), subnet)
	}
	err = c.elb("CreateLoadBalancer", &made, members...)
	return balancer{made.ARN, made.VPC}, err
}

// createFront makes a listener on a port.
func (c *Client) createFront(b balancer, name string, listens int) (f front, err error) {
	for i, colour := range []string{"blue", "green"} {
		var made struct {
			ARN string `xml:"CreateTargetGroupResult>TargetGroups>member>TargetGroupArn"`
		}
		if err := c.elb("CreateTargetGroup", &made, "Name", name+"-"+colour, "Protocol", "HTTP", "Port", fmt.Sprint(port), "TargetType", "ip",
			"VpcId", b.vpc); err != nil {
			return f, err
		}
		if err := c.elb("ModifyTargetGroupAttributes", nil, "TargetGroupArn", made.ARN,
			"Attributes.member.1.Key", "deregistration_delay.timeout_seconds", "Attributes.member.1.Value", "0"); err != nil {
			return f, err
		}
		f.groups[i] = made.ARN
	}
	var listener struct {
		ARN string `xml:"CreateListenerResult>Listeners>member>ListenerArn"`
	}
	if err := c.elb("CreateListener", &listener, append([]string{
		"LoadBalancerArn", b.arn, "Protocol", "HTTP", "Port", fmt.Sprint(listens),
	}, f.forward([2]int{100, 0})...)...); err != nil {
		return f, err
	}
	var rules struct {
		ARN string `xml:"DescribeRulesResult>Rules>member>RuleArn"`
	}
	f.listener = listener.ARN
	err = c.elb("DescribeRules", &rules, "ListenerArn", f.listener)
	f.rule = rules.ARN
	return f, err
}

// forward is the default action that leads to both groups by weights.
func (f front) forward(weights [2]int) (members []string) {
	members = []string{"DefaultActions.member.1.Type", "forward"}
	for i, group := range f.groups {
		tuple := fmt.Sprintf("DefaultActions.member.1.ForwardConfig.TargetGroups.member.%d.", i+1)
		members = append(members, tuple+"TargetGroupArn", group, tuple+"Weight", fmt.Sprint(weights[i]))
	}
	return members
}

// weights are the weights of both groups as DescribeRules shows them; of one alone as of one that has all.
func (c *Client) weights(f front) (weights [2]int, err error) {
	var found struct {
		Tuples []struct {
			Group  string `xml:"TargetGroupArn"`
			Weight int    `xml:"Weight"`
		} `xml:"DescribeRulesResult>Rules>member>Actions>member>ForwardConfig>TargetGroups>member"`
	}
	err = c.elb("DescribeRules", &found, "RuleArns.member.1", f.rule)
	for _, t := range found.Tuples {
		for i, group := range f.groups {
			if t.Group == group {
				weights[i] = t.Weight
			}
		}
	}
	return weights, err
}
