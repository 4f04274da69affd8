package kit

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Access is the rows of some operations, and of others that act on no resources by themselves, as most reads. All of them
// have the key ec2:Region. Source of the rows: Service Authorization Reference, Amazon EC2. Resources that it marks as
// optional are asked for where the request names them. What a request names by something else than its id, such as by an
// association, [Found] puts in; what is not there is asked for as all resources of its type: a choice.
func Access(rows awsapi.Rows, everywhere ...string) awsapi.Rows {
	for _, name := range everywhere {
		rows[name] = awsapi.On("*")
	}
	for name, row := range rows {
		rows[name] = row.Key("ec2:Region", "{region}")
	}
	return rows
}

// Makes is the row of an operation that makes a resource, which its TagSpecifications tag, and uses others, by their
// templates. Source: EC2 user guide, grant permission to tag resources during creation.
func Makes(made types.ResourceType, uses ...string) awsapi.Row {
	return awsapi.On(string(made) + "/*").Beside(uses...).Tags("TagSpecifications.Tags").Also("ec2:CreateTags")
}

// Found is a row that asks for the resource that a request names by something else than its id, so that policies may name it
// exactly. An empty id is of none that is there.
func Found[In any](b Base, row awsapi.Row, of types.ResourceType, find func(tx *store.Tx, scope arn.Scope, in In) (id string)) awsapi.Row {
	return awsapi.With(row, func(call awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		scope := call.Scope()
		all := *ResourceARN(scope, string(of)+"/*")
		if !slices.ContainsFunc(wants, func(w awsapi.Access) bool { return w.Resource == all }) {
			return wants
		}
		id := find(b.Store.Read(), scope, in)
		for i := range wants {
			if id != "" && wants[i].Resource == all {
				wants[i].Resource = *ResourceARN(scope, string(of)+"/"+id)
			}
		}
		return wants
	})
}

// PassInstanceRole asks whether the caller may hand a role to instances (AC73); an empty one is none.
func PassInstanceRole(ctx context.Context, role string) error {
	if role == "" {
		return nil
	}
	return awsapi.Allow(ctx, "iam:PassRole", role, map[string]string{"iam:PassedToService": "ec2.amazonaws.com"})
}
