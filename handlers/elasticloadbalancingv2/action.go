package elasticloadbalancingv2

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// contentTypes are the content types of fixed responses. Source: ELBv2 API reference, FixedResponseActionConfig.
var contentTypes = []string{"text/html", "application/json", "application/javascript", "text/css", "text/plain"}

// actionsOf checks actions of a listener, and fills in what a request leaves out. As who may
// authenticate is not built, there is one action. Source of the texts: ELB0005, but for those that
// are said to be the emulator's.
func actionsOf(tx *store.Tx, l *elbv2.Listener, actions []types.Action) ([]types.Action, error) {
	for _, action := range actions {
		switch action.Type {
		case types.ActionTypeEnumAuthenticateOidc, types.ActionTypeEnumAuthenticateCognito, types.ActionTypeEnumJwtValidation:
			return nil, notBuilt("actions of the type " + string(action.Type))
		}
	}
	if err := onlyOne(actions); err != nil {
		return nil, err
	}
	action := actions[0]
	if !web(l.Protocol) && action.Type != types.ActionTypeEnumForward {
		return nil, badAction("The action type '%s' is not valid with network load balancer", action.Type)
	}
	if member := missing(action); member != "" {
		return nil, badAction("For actions of type '%s', you must specify the following fields: '%s'", action.Type, member)
	}
	if other := foreign(action); other != "" { // the text is the emulator's
		return nil, badAction("Actions of type '%s' cannot have the field '%s'", action.Type, other)
	}
	var err error
	switch action.Type {
	case types.ActionTypeEnumForward:
		action, err = forwardOf(tx, l, action)
	case types.ActionTypeEnumRedirect:
		action, err = redirectOf(l, action)
	default:
		action, err = fixedOf(action)
	}
	return []types.Action{action}, err
}

// onlyOne refuses several actions, and none: that text is the emulator's.
func onlyOne(actions []types.Action) error {
	var kinds []string
	ordered := true
	for _, a := range actions {
		kinds = append(kinds, string(a.Type))
		ordered = ordered && a.Order != nil
	}
	switch {
	case len(actions) == 0:
		return invalid("An action must be specified")
	case len(actions) > 1 && !ordered:
		return badAction("When you specify multiple actions, you must specify an order for each action")
	case len(actions) > 1:
		return badAction("Action types '%s' cannot be specified together", strings.Join(kinds, ","))
	}
	return nil
}

// missing names what an action of a type needs and has not.
func missing(a types.Action) string {
	switch {
	case a.Type == types.ActionTypeEnumRedirect && a.RedirectConfig == nil:
		return "RedirectConfig"
	case a.Type == types.ActionTypeEnumFixedResponse && a.FixedResponseConfig == nil:
		return "FixedResponseConfig"
	case a.Type == types.ActionTypeEnumForward && a.TargetGroupArn == nil && (a.ForwardConfig == nil || len(a.ForwardConfig.TargetGroups) == 0):
		return "TargetGroupArn"
	}
	return ""
}

// foreign names a member of an action that those of other types have: it would else be lost.
// Source: ELBv2 API reference, Action.
func foreign(a types.Action) string {
	forward := a.Type == types.ActionTypeEnumForward
	switch {
	case a.TargetGroupArn != nil && !forward:
		return "TargetGroupArn"
	case a.ForwardConfig != nil && !forward:
		return "ForwardConfig"
	case a.RedirectConfig != nil && a.Type != types.ActionTypeEnumRedirect:
		return "RedirectConfig"
	case a.FixedResponseConfig != nil && a.Type != types.ActionTypeEnumFixedResponse:
		return "FixedResponseConfig"
	case a.AuthenticateOidcConfig != nil:
		return "AuthenticateOidcConfig"
	case a.AuthenticateCognitoConfig != nil:
		return "AuthenticateCognitoConfig"
	case a.JwtValidationConfig != nil:
		return "JwtValidationConfig"
	}
	return ""
}

// web reports whether a protocol is one of application load balancers.
func web(p types.ProtocolEnum) bool { return slices.Contains(albProtocols, p) }

func fixedOf(a types.Action) (types.Action, error) {
	f := a.FixedResponseConfig
	if f.ContentType != nil && !slices.Contains(contentTypes, *f.ContentType) {
		return a, badAction("The ContentType must be one of:'%s'.", strings.Join(contentTypes, "', '"))
	}
	return types.Action{Type: a.Type, Order: a.Order, FixedResponseConfig: f}, nil
}

// redirectOf keeps what a redirect does not change as AWS names it. Source: ELBv2 API
// reference, RedirectActionConfig. The text about characters is the emulator's.
func redirectOf(l *elbv2.Listener, a types.Action) (types.Action, error) {
	r := *a.RedirectConfig
	given := func(value **string, same string) string {
		if *value == nil {
			*value = &same
		}
		return **value
	}
	protocol, host, port := given(&r.Protocol, "#{protocol}"), given(&r.Host, "#{host}"), given(&r.Port, "#{port}")
	path, query := given(&r.Path, "/#{path}"), given(&r.Query, "#{query}")
	switch {
	case !elbv2.Shown.MatchString(host + path + query):
		return a, badAction("The redirect contains a character that is not valid")
	case !strings.HasPrefix(path, "/"):
		return a, badAction("The Path parameter must be a valid path, should start with a '/', and may contain up to one of each of these placeholders: " +
			"'#{path}', '#{host}', '#{port}'.")
	case port != "#{port}" && !isPort(port):
		return a, badAction("The Port parameter must be either an integer between 1 and 65535 or '#{port}'.")
	case l.Protocol == types.ProtocolEnumHttps && protocol == string(types.ProtocolEnumHttp):
		return a, badAction("You cannot redirect HTTPS to HTTP.")
	case protocol == "#{protocol}" && host == "#{host}" && port == "#{port}" && path == "/#{path}":
		return a, badAction("The redirect configuration is not valid because it creates a loop.")
	}
	return types.Action{Type: a.Type, Order: a.Order, RedirectConfig: &r}, nil
}

// forwardOf fills in a forward action: one to a single group has it in both forms (ELB0003).
func forwardOf(tx *store.Tx, l *elbv2.Listener, a types.Action) (types.Action, error) {
	config := types.ForwardActionConfig{}
	if a.ForwardConfig != nil {
		config = *a.ForwardConfig
	}
	if a.TargetGroupArn != nil && len(config.TargetGroups) == 0 {
		config.TargetGroups = []types.TargetGroupTuple{{TargetGroupArn: a.TargetGroupArn}}
	}
	switch n := len(config.TargetGroups); {
	case n > 5:
		return a, &types.TooManyTargetGroupsException{Message: aws.String("You cannot specify more than 5 target groups per action")}
	case a.TargetGroupArn != nil && (n > 1 || aws.ToString(config.TargetGroups[0].TargetGroupArn) != *a.TargetGroupArn):
		return a, badAction("You can specify both a target group list and a top-level target group ARN only if the ARNs match")
	}
	groups, err := tuplesOf(tx, l, config.TargetGroups)
	if err != nil {
		return a, err
	}
	made := types.Action{Type: a.Type, Order: a.Order, ForwardConfig: &types.ForwardActionConfig{TargetGroups: groups}}
	if len(groups) == 1 {
		made.TargetGroupArn = groups[0].TargetGroupArn
	}
	made.ForwardConfig.TargetGroupStickinessConfig, err = stickinessOf(l, config.TargetGroupStickinessConfig)
	return made, err
}

// tuplesOf checks target groups: one alone may leave out its weight. The text about one that is there
// twice is the emulator's.
func tuplesOf(tx *store.Tx, l *elbv2.Listener, given []types.TargetGroupTuple) (groups []types.TargetGroupTuple, err error) {
	seen := map[string]bool{}
	for _, t := range given {
		id := aws.ToString(t.TargetGroupArn)
		switch weight := elbv2.Weight(t); {
		case len(given) == 1 && (weight < 1 || weight > 999):
			return nil, badAction("The weight for the target group must be between 1 and 999, inclusive")
		case len(given) > 1 && (t.Weight == nil || weight < 0 || weight > 999):
			return nil, badAction("The weight for each target group must be between 0 and 999, inclusive")
		case seen[id]:
			return nil, badAction("The target group '%s' is specified more than once", id)
		}
		seen[id] = true
		if err := checkForward(tx, l, id); err != nil {
			return nil, err
		}
		groups = append(groups, types.TargetGroupTuple{TargetGroupArn: &id, Weight: aws.Int32(elbv2.Weight(t))})
	}
	return groups, nil
}

// stickinessOf is the stickiness of target groups.
func stickinessOf(l *elbv2.Listener, given *types.TargetGroupStickinessConfig) (*types.TargetGroupStickinessConfig, error) {
	made := types.TargetGroupStickinessConfig{Enabled: aws.Bool(false)}
	if given != nil {
		made.DurationSeconds = given.DurationSeconds
		made.Enabled = aws.Bool(aws.ToBool(given.Enabled))
	}
	switch d := made.DurationSeconds; {
	case d != nil && !web(l.Protocol):
		return nil, badAction("Target group stickiness duration cannot be configured on load balancers of type 'network'")
	case *made.Enabled && d == nil:
		return nil, badAction("You must provide a duration when enabling target group stickiness")
	case d != nil && (*d < 1 || *d > 604800):
		return nil, badAction("Target group stickiness duration must be between 1 and 604800 seconds")
	}
	return &made, nil
}

// checkForward refuses target groups that a listener cannot forward to. Source: ELB0005, and field
// reports for the text about protocol versions.
func checkForward(tx *store.Tx, l *elbv2.Listener, id string) error {
	g, err := targetGroup(tx, l.Scope, id)
	if err != nil {
		return err
	}
	switch {
	case !goesWith(l.Protocol, g.Protocol):
		return &types.IncompatibleProtocolsException{Message: awsapi.Textf(
			"The listener and the following target groups have incompatible protocols: %s", id)}
	case l.Protocol == types.ProtocolEnumHttp && g.ProtocolVersion != "HTTP1":
		return badConfiguration("Listener protocol 'HTTP' is not supported with a target group with the protocol-version '%s'", g.ProtocolVersion)
	}
	if b := elbv2.FindLoadBalancer(tx, l.LoadBalancer); b != nil && b.VPC != g.VPC {
		return badConfiguration("The following target groups are in a different VPC than load balancer '%s': %s", b.ARN, id)
	}
	for _, other := range elbv2.InUse(tx, id) {
		if other != l.LoadBalancer {
			return &types.TargetGroupAssociationLimitException{Message: awsapi.Textf(
				"The following target groups cannot be associated with more than one load balancer: %s", id)}
		}
	}
	return nil
}

// goesWith reports whether a listener can forward to a target group. Source: Network Load
// Balancers guide, listeners.
func goesWith(listener, group types.ProtocolEnum) bool {
	switch listener {
	case types.ProtocolEnumHttp, types.ProtocolEnumHttps:
		return web(group)
	case types.ProtocolEnumTcp:
		return group == types.ProtocolEnumTcp || group == types.ProtocolEnumTcpUdp
	case types.ProtocolEnumTls:
		return group == types.ProtocolEnumTcp || group == types.ProtocolEnumTls
	case types.ProtocolEnumUdp:
		return group == types.ProtocolEnumUdp || group == types.ProtocolEnumTcpUdp
	}
	return group == listener
}
