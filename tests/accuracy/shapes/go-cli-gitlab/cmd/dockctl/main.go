package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"gitlab.com/harbor-tools/dockctl/internal/berth"
)

func main() {
	root := &cobra.Command{Use: "dockctl", SilenceUsage: true}
	root.AddCommand(&cobra.Command{
		Use:  "assign SHIP LENGTH",
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := berth.Assign(berth.Default, args[0], args[1])
			if err == nil {
				fmt.Println(b.Name)
			}
			return err
		},
	})
	if err := root.Execute(); err != nil {
		os.Exit(1)
	}
}
