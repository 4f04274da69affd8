package cloudformation

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// ValidateTemplate says what is wrong in a template, or what it declares (CFN-18).
func (a *API) ValidateTemplate(ctx context.Context, in *sdk.ValidateTemplateInput) (*sdk.ValidateTemplateOutput, error) {
	_, t, err := a.given(ctx, in.TemplateBody, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	out := &sdk.ValidateTemplateOutput{Description: awsapi.Optional(t.Description), DeclaredTransforms: t.Transforms, Parameters: []types.TemplateParameter{}}
	for _, p := range t.Parameters {
		out.Parameters = append(out.Parameters, types.TemplateParameter{
			ParameterKey: &p.Name, DefaultValue: defaultOf(p), NoEcho: &p.NoEcho, Description: awsapi.Optional(p.Description),
		})
	}
	out.Capabilities, out.CapabilitiesReason = capabilities(t)
	return out, nil
}

func defaultOf(p *template.Parameter) *string {
	if !p.HasDefault {
		return nil
	}
	return &p.Default
}

// capabilities are what a template needs, and why (CFN-18).
func capabilities(t *template.Template) (list []types.Capability, reason *string) {
	needed, because := t.Capabilities()
	for _, each := range needed {
		list = append(list, types.Capability(each))
	}
	if len(because) > 0 {
		reason = aws.String("The following resource(s) require capabilities: [" + strings.Join(because, ", ") + "]")
	}
	return list, reason
}
