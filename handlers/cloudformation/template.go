package cloudformation

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

// bodyOf is the text of a template that a request has, or names; empty if it does neither.
func (a *API) bodyOf(ctx context.Context, body, from *string) (string, error) {
	switch {
	case body != nil && from != nil:
		return "", invalid("You cannot specify both Template Body and Template URL")
	case body != nil && len(*body) > template.MaxBody: // the model says nothing (CFN-13)
		return "", invalid("1 validation error detected: Value '%s' at 'templateBody' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", *body, template.MaxBody)
	case body != nil:
		return *body, nil
	case from != nil:
		return a.templateAt(ctx, *from)
	default:
		return "", nil
	}
}

// given reads the template of a request that must have one (CFN-19).
func (a *API) given(ctx context.Context, body, from *string) (text string, t *template.Template, err error) {
	if text, err = a.bodyOf(ctx, body, from); err != nil {
		return "", nil, err
	}
	if body == nil && from == nil {
		return "", nil, invalid("Either Template URL or Template Body must be specified.")
	}
	t, err = template.Parse(text)
	return text, t, ofTemplate(err)
}
