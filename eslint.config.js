import { tsImport } from 'tsx/esm/api';
import tseslint from 'typescript-eslint';

/** Our own rules, from their source: nothing has to be built first. */
const { default: nomul } = await tsImport('./src/lint/index.ts', import.meta.url);

export default tseslint.config(
  {
    ignores: [
      'dist',
      'node_modules',
      '.venv',
      '.cache',
      'generated',
      '**/*_pb.ts',
      '**/*.mjs',
      'src/**/assembly/**',
      'eslint.config.js',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-assertions': [
        'error',
        { assertionStyle: 'as', objectLiteralTypeAssertions: 'never' },
      ],
      '@typescript-eslint/no-unnecessary-condition': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['examples/**/*.ts', 'src/units/**/*.ts', 'src/accel/**/*.ts'], ...nomul.configs.recommended },
);
