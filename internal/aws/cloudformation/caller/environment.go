package caller

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	ssmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
)

// Known is what templates ask that no call answers.
type Known struct {
	// Export is the value of an export of the account and region.
	Export func(name string) (value string, found bool)
	// HasAttribute is whether Fn::GetAtt may ask a resource of a type for an attribute.
	HasAttribute func(resourceType, attribute string) bool
}

// Environment answers what templates ask of where their stack is, by calls in the name of an actor. A call that is refused for
// another reason than that there is no such thing ends the template with an *apiclient.Error.
func (c *Caller) Environment(ctx context.Context, a Actor, known Known) template.Environment {
	return &environment{c, ctx, a, known}
}

// environment is for one request, as its context is.
type environment struct {
	*Caller
	ctx   context.Context
	actor Actor
	Known
}

var _ template.Environment = (*environment)(nil)

// Parameter is a parameter of SSM. The text of one that is secret is from public reports.
func (e *environment) Parameter(name string) (value string, found bool, err error) {
	p, err := e.parameter(e.ctx, e.actor, name, false)
	switch {
	case isRefused(err, "ParameterNotFound", "ParameterVersionNotFound"):
		return "", false, nil
	case err != nil:
		return "", false, err
	case p.Type == ssmtypes.ParameterTypeSecureString:
		return "", false, document.Plainf(document.Position{}, "Parameters [%s] referenced by template have types not supported by CloudFormation.", name)
	}
	return aws.ToString(p.Value), true, nil
}

func (e *environment) Export(name string) (value string, found bool, err error) {
	value, found = e.Known.Export(name)
	return value, found, nil
}

func (e *environment) HasAttribute(resourceType, attribute string) bool {
	return e.Known.HasAttribute(resourceType, attribute)
}

// Exists looks for what a parameter names.
func (e *environment) Exists(parameterType, id string) (bool, error) {
	switch parameterType {
	case "AWS::SSM::Parameter::Name":
		_, err := e.parameter(e.ctx, e.actor, id, false)
		if isRefused(err, "ParameterNotFound") {
			return false, nil
		}
		return err == nil, err
	case "AWS::EC2::KeyPair::KeyName":
		return id != "", nil // instances are launched with any: there are no key pairs
	}
	of, known := kinds[parameterType]
	if !known {
		return false, notBuilt(parameterType)
	}
	_, err := of.list(e, id)
	switch {
	case isRefused(err, "InvalidAMIID.NotFound"):
		return true, nil // instances are launched of any image
	case isRefused(err, ".NotFound", ".Malformed", "InvalidParameterValue"):
		return false, nil
	}
	return err == nil, err
}

// All are the values that parameters of a type may have.
func (e *environment) All(parameterType string) (ids []string, err error) {
	of, known := kinds[parameterType]
	if !known {
		return nil, notBuilt(parameterType)
	}
	found, err := of.list(e, "")
	for _, one := range found {
		ids = append(ids, one.id)
	}
	return ids, err
}

// Attribute is an attribute of what a parameter names. Source: user guide, rule-specific intrinsic functions, which names the
// attributes of VPCs, subnets and security groups.
func (e *environment) Attribute(parameterType, id, attribute string) ([]string, error) {
	of, known := kinds[parameterType]
	if !known {
		return nil, notBuilt(parameterType)
	}
	found, err := of.list(e, id)
	if err != nil {
		return nil, err
	}
	if of.more != nil {
		if values, has, err := of.more(e, id, attribute); has || err != nil {
			return values, err
		}
	}
	var values []string
	for _, one := range found {
		value, has := one.attributes[attribute]
		if !has && !isTag(attribute) { // the text is a guess
			return nil, document.Errorf(document.Position{}, "Fn::ValueOf does not know the attribute %s of %s", attribute, parameterType)
		}
		if has {
			values = append(values, value)
		}
	}
	return values, nil
}

func notBuilt(parameterType string) error {
	return document.NotBuilt(document.Position{}, "the parameter type "+parameterType)
}
