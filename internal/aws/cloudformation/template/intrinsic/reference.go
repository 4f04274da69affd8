package intrinsic

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func refArguments(v *document.Value) ([]*document.Value, error) {
	if !v.Scalar() || v.Text == "" {
		return nil, document.Errorf(v.At, "every Ref object must have a single String value.") // by public reports
	}
	return []*document.Value{v}, nil
}

// attributeArguments are a resource and an attribute. The attribute may be a Ref.
func attributeArguments(v *document.Value) ([]*document.Value, error) {
	items := v.Items
	if v.Scalar() {
		resource, attribute, _ := strings.Cut(v.Text, ".")
		items = []*document.Value{{Kind: document.Text, Text: resource, At: v.At}, {Kind: document.Text, Text: attribute, At: v.At}}
	}
	if len(items) != 2 || !items[0].Scalar() || items[0].Text == "" || !items[1].MaybeText() || items[1].Scalar() && items[1].Text == "" {
		return nil, AttributeError(v.At)
	}
	return items, nil
}

// AttributeError is of a GetAtt that does not name an attribute (CFN-83).
func AttributeError(at document.Position) error {
	return document.Errorf(at, "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")
}
