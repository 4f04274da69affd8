package template

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// pseudo are the names of parameters that AWS gives.
var pseudo = []string{
	"AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
	"AWS::StackName", "AWS::URLSuffix",
}

func isPseudo(name string) bool { return slices.Contains(pseudo, name) }

// Pseudo has the values of pseudo parameters.
type Pseudo struct {
	AccountID, Partition, Region, StackID, StackName, URLSuffix string
	NotificationARNs                                            []string
}

func (p *Pseudo) value(name string) *document.Value {
	switch name {
	case "AWS::AccountId":
		return document.NewText(p.AccountID)
	case "AWS::NoValue":
		return &document.Value{}
	case "AWS::NotificationARNs":
		return document.NewList(p.NotificationARNs...)
	case "AWS::Partition":
		return document.NewText(p.Partition)
	case "AWS::Region":
		return document.NewText(p.Region)
	case "AWS::StackId":
		return document.NewText(p.StackID)
	case "AWS::StackName":
		return document.NewText(p.StackName)
	case "AWS::URLSuffix":
		return document.NewText(p.URLSuffix)
	default:
		return nil
	}
}
