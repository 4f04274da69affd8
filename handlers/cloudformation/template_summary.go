package cloudformation

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// summary is what a template declares (CFN-91).
func (a *API) summary(text string, t *template.Template) (*sdk.GetTemplateSummaryOutput, error) {
	root, err := document.Read(text)
	if err != nil {
		return nil, ofTemplate(err)
	}
	out := &sdk.GetTemplateSummaryOutput{
		Description: awsapi.Optional(t.Description), DeclaredTransforms: t.Transforms, ResourceTypes: t.Types(),
		Version: awsapi.Optional(root.TextOf("AWSTemplateFormatVersion")), Parameters: []types.ParameterDeclaration{},
		ResourceIdentifierSummaries: a.identifierSummaries(root.Get("Resources")),
	}
	if t.Metadata != nil {
		out.Metadata = aws.String(t.Metadata.TypedJSON())
	}
	for _, p := range t.Parameters {
		declared := types.ParameterDeclaration{
			ParameterKey: &p.Name, ParameterType: &p.Type, DefaultValue: defaultOf(p), NoEcho: &p.NoEcho, Description: awsapi.Optional(p.Description),
			ParameterConstraints: &types.ParameterConstraints{AllowedValues: p.AllowedValues},
		}
		out.Parameters = append(out.Parameters, declared)
	}
	out.Capabilities, out.CapabilitiesReason = capabilities(t)
	return out, nil
}

// identifierSummaries has for each type what tells its resources apart. Types whose identifiers are not known, and resources in
// loops, are left out.
func (a *API) identifierSummaries(resources *document.Value) (list []types.ResourceIdentifierSummary) {
	at := map[string]int{}
	for _, m := range resources.Members {
		kind := m.Value.TextOf("Type")
		identifiers := a.Types.Identifiers(kind)
		if kind == "" || len(identifiers) == 0 {
			continue
		}
		i, had := at[kind]
		if !had {
			i = len(list)
			at[kind] = i
			list = append(list, types.ResourceIdentifierSummary{ResourceType: &kind, ResourceIdentifiers: slices.Clone(identifiers)})
		}
		list[i].LogicalResourceIds = append(list[i].LogicalResourceIds, m.Name)
	}
	return list
}
