package cloudformation

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/notbuilt"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// wanted is what CreateStack, UpdateStack and CreateChangeSet have in common.
type wanted struct {
	body, url        *string
	previous         bool // UsePreviousTemplate
	parameters       []types.Parameter
	tags             []types.Tag // nil: those that the stack has
	capabilities     []types.Capability
	resourceTypes    []string
	notificationARNs []string // nil: those that the stack has
	rollback         *types.RollbackConfiguration
	deployment       *types.DeploymentConfig
	// changeSet says that transforms run before the stack is touched, which needs no CAPABILITY_AUTO_EXPAND, and that exports may
	// be missing (CFN-45).
	changeSet bool
}

// asked is what a request comes to: a resolved template, and what the stack is to have.
type asked struct {
	template *template.Stack
	settings cfn.Settings
}

// ask reads and resolves what a request wants of a stack, which is a new one or one that is there.
func (a *API) ask(ctx context.Context, w wanted, s *cfn.Stack, who Actor) (*asked, error) {
	if err := a.refuseUnbuilt(w); err != nil {
		return nil, err
	}
	body, err := a.bodyWanted(ctx, w, s)
	if err != nil {
		return nil, err
	}
	t, err := template.Parse(body)
	if err != nil {
		return nil, ofTemplate(err)
	}
	if err := checkCapabilities(t, w); err != nil {
		return nil, err
	}
	values, err := valuesOf(w.parameters, t, s.Parameters)
	if err != nil {
		return nil, err
	}
	settings := cfn.Settings{
		Description: t.Description, Body: body, Tags: s.Tags, NotificationARNs: s.NotificationARNs, Rollback: s.Rollback,
	}
	if w.tags != nil {
		if settings.Tags, err = readTags(w.tags); err != nil {
			return nil, err
		}
	}
	if w.notificationARNs != nil {
		settings.NotificationARNs = w.notificationARNs
	}
	settings.Rollback = rollbackWanted(w.rollback, s.Rollback)
	for _, c := range w.capabilities {
		settings.Capabilities = append(settings.Capabilities, string(c))
	}
	return a.resolve(ctx, t, s, who, settings, values, w.changeSet)
}

// resolve makes of a template and the values of its parameters what a stack is to be.
func (a *API) resolve(ctx context.Context, t *template.Template, s *cfn.Stack, who Actor, settings cfn.Settings, values map[string]string, mayMiss bool) (*asked, error) {
	stack, err := t.Resolve(template.Input{
		Pseudo: pseudoOf(s, settings.NotificationARNs), Parameters: values, Environment: a.Environment(ctx, who), MissingExports: mayMiss,
	})
	if err != nil {
		return nil, ofTemplate(err)
	}
	if err := a.checkTypes(stack); err != nil {
		return nil, err
	}
	settings.Parameters = nil
	for _, p := range stack.Parameters {
		settings.Parameters = append(settings.Parameters, cfn.Parameter{Key: p.Name, Value: p.Value, Resolved: p.Resolved, NoEcho: p.NoEcho})
	}
	settings.Processed = ""
	if stack.Processed != nil {
		settings.Processed = stack.Processed.TypedJSON()
	}
	return &asked{stack, settings}, nil
}

func pseudoOf(s *cfn.Stack, notificationARNs []string) template.Pseudo {
	suffix := "amazonaws.com"
	if s.Scope.Partition() == "aws-cn" {
		suffix += ".cn"
	}
	return template.Pseudo{
		AccountID: s.Scope.Account, Partition: s.Scope.Partition(), Region: s.Scope.Region, StackID: s.ID, StackName: s.Name, URLSuffix: suffix,
		NotificationARNs: notificationARNs,
	}
}

// refuseUnbuilt names what AWS does and the emulator does not. Triggers are checked first (CFN-98).
func (a *API) refuseUnbuilt(w wanted) error {
	if err := checkTriggers(w.rollback); err != nil {
		return err
	}
	if err := a.checkTopics(w.notificationARNs); err != nil {
		return err
	}
	return refuseExpress(w.deployment)
}

// refuseExpress refuses operations that do not wait for resources.
func refuseExpress(d *types.DeploymentConfig) error {
	if d != nil && d.Mode == types.DeploymentConfigModeExpress {
		return notBuilt("the DeploymentConfig mode EXPRESS")
	}
	return nil
}

// bodyWanted is the template of a request, or the stack's.
func (a *API) bodyWanted(ctx context.Context, w wanted, s *cfn.Stack) (string, error) {
	switch {
	case w.previous && (w.body != nil || w.url != nil):
		return "", invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
	case w.previous && s.Body == "": // a guess
		return "", invalid("Stack [%s] has no previous template.", s.Name)
	case w.previous:
		return s.Body, nil
	case w.body == nil && w.url == nil:
		return "", invalid("Either Template URL or Template Body must be specified.")
	}
	return a.bodyOf(ctx, w.body, w.url)
}

// checkCapabilities checks what a request acknowledges (CFN-17), and the types that it allows (CFN-21).
func checkCapabilities(t *template.Template, w wanted) error {
	needed, _ := t.Capabilities()
	needed = slices.DeleteFunc(needed, func(name string) bool {
		return slices.Contains(w.capabilities, types.Capability(name)) ||
			name == "CAPABILITY_IAM" && slices.Contains(w.capabilities, types.CapabilityCapabilityNamedIam) ||
			name == "CAPABILITY_AUTO_EXPAND" && w.changeSet
	})
	if len(needed) > 0 {
		return &types.InsufficientCapabilitiesException{Message: aws.String("Requires capabilities : [" + strings.Join(needed, ", ") + "]")}
	}
	if len(w.resourceTypes) == 0 {
		return nil
	}
	for _, kind := range t.Types() {
		if !slices.ContainsFunc(w.resourceTypes, func(pattern string) bool { return allows(pattern, kind) }) {
			return invalid("Resource type %s is not allowed by parameter ResourceTypes [%s]", kind, strings.Join(w.resourceTypes, ", "))
		}
	}
	return nil
}

// allows is whether a name of ResourceTypes, which may end with an asterisk, is a type's.
func allows(pattern, kind string) bool {
	if prefix, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(kind, prefix)
	}
	return pattern == kind
}

// checkTypes refuses resources that a stack cannot have, with all their types at once (CFN-88).
func (a *API) checkTypes(stack *template.Stack) error {
	var unknown, unbuilt []string
	var first *notbuilt.Refusal
	for _, each := range notbuilt.In(a.Types, stack) {
		switch {
		case each.Of == notbuilt.UnknownType:
			unknown = append(unknown, each.Type)
		case each.Of == notbuilt.UnbuiltType:
			unbuilt = append(unbuilt, each.Type)
		case first == nil:
			first = &each
		}
	}
	switch {
	case len(unknown) > 0:
		return invalid("Template format error: Unrecognized resource types: [%s]", strings.Join(sortedOnce(unknown), ", "))
	case len(unbuilt) > 0:
		return notBuilt("resources of " + strings.Join(sortedOnce(unbuilt), ", "))
	case first != nil:
		return notBuilt(first.String())
	}
	for _, r := range stack.Resources {
		if err := signal.Check(r.CreationPolicy); err != nil {
			return ofTemplate(err)
		}
	}
	return nil
}

func sortedOnce(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
